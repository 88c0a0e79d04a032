package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Bytes;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading well-formed files. */
class SafetensorsFileTest {
  @TempDir Path folder;

  @Test
  void readsAFileWrittenByHand() throws IOException {
    Path path =
        RawSafetensors.write(
            folder.resolve("m.safetensors"),
            """
            {"__metadata__":{"format":"pt"},
             "w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
             "n":{"dtype":"I64","shape":[1],"data_offsets":[24,32]}}\
            """,
            concat(RawSafetensors.floats(1, -2, 3.5f, 0, 5, 6), new byte[8]));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.path()).isEqualTo(path);
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(file.tensors().keySet()).containsExactly("w", "n");
      assertThat(file.tensor("w"))
          .isEqualTo(new TensorInfo("w", "F32", new long[] {2, 3}, 0, 24))
          .hasToString("w F32[2, 3] at bytes 0 to 24");
      assertThat(file.read("w"))
          .isEqualTo(FloatTensor.of(new float[] {1, -2, 3.5f, 0, 5, 6}, 2, 3));
      assertThatThrownBy(() -> file.floats("n"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(
              path + ": tensor \"n\": expected dtype [F32, F16, BF16], found I64");
      assertThatThrownBy(() -> file.floats("x"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tensor \"x\"")
          .hasMessageContaining("\"w\", \"n\"");
    }
  }

  @Test
  void mapsAlignedF32WithoutACopy() throws IOException {
    Path path = write(header("F32", 2, 0, 8, 8), RawSafetensors.floats(1, 2));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      FloatBuffer values = file.floats("w");
      assertReadyForNativeCode(values);
      overwriteLastFour(path, 7);
      assertThat(values.get(1)).as("the change in the file shows").isEqualTo(7);
    }
  }

  @Test
  void copiesUnalignedF32() throws IOException {
    for (int padding = 1; padding < 4; padding++) {
      Path path = write(header("F32", 2, 0, 8, 8 + padding), RawSafetensors.floats(1, 2));
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        FloatBuffer values = file.floats("w");
        assertReadyForNativeCode(values);
        overwriteLastFour(path, 7);
        assertThat(values.get(0)).isEqualTo(1);
        assertThat(values.get(1)).as("the change in the file does not show").isEqualTo(2);
      }
    }
  }

  @Test
  void widensF16AndBf16() throws IOException {
    Path path =
        write(header("F16", 4, 0, 8, 8), RawSafetensors.shorts(0x3c00, 0x0001, 0xfc00, 0x7e00));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.dataType("w")).isEqualTo(DataType.F16);
      assertReadyForNativeCode(file.floats("w"));
      assertThat(file.read("w").toArray())
          .containsExactly(1, 0x1p-24f, Float.NEGATIVE_INFINITY, Float.NaN);
    }
    path = write(header("BF16", 3, 0, 6, 8), RawSafetensors.shorts(0x3f80, 0x8000, 0x0001));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertReadyForNativeCode(file.floats("w"));
      assertThat(file.read("w").toArray()).containsExactly(1, -0.0f, 0x1p-133f);
    }
  }

  @Test
  void readsScalarsEmptyTensorsAndEmptyFiles() throws IOException {
    Path path =
        write(
            """
            {"e":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},
             "s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}\
            """,
            RawSafetensors.floats(9));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.read("e")).isEqualTo(FloatTensor.of(new float[0], 0, 4));
      assertThat(file.read("s")).isEqualTo(FloatTensor.of(new float[] {9}));
      assertThat(file.floats("e", 0, 0).remaining()).isZero();
      assertThatThrownBy(() -> file.floats("s", 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected rows of shape [], found 1 rows from row 0 on");
    }
    try (SafetensorsFile file = SafetensorsFile.open(write("{}"))) {
      assertThat(file.tensors()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void acceptsTensorsInAnyOrderOfTheHeaderAndUnknownFields() throws IOException {
    Path path =
        write(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8],"future":{"x":[1]}},
             "a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}\
            """,
            RawSafetensors.floats(1, 2));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors().keySet()).containsExactly("a", "b");
      assertThat(file.floats("b").get(0)).isEqualTo(2);
    }
  }

  @Test
  void buffersOutliveTheFile() throws IOException {
    Path path = write(header("F32", 2, 0, 8, 8), RawSafetensors.floats(1, 2));
    SafetensorsFile file = SafetensorsFile.open(path);
    FloatBuffer values = file.floats("w");
    file.close();
    file.close();
    Files.delete(path);
    assertThat(values.get(1)).isEqualTo(2);
    assertThatThrownBy(() -> file.floats("w"))
        .isInstanceOf(FlowClosedException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void refusesAFileThatTookThePlaceOfTheOpenOne() throws IOException {
    Path path = write(header("F32", 2, 0, 8, 8), RawSafetensors.floats(1, 2));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      FloatBuffer values = file.floats("w");
      Path other = Files.copy(path, folder.resolve("other.safetensors"));
      Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
      assertThat(values.get(1)).isEqualTo(2);
      assertThatThrownBy(() -> file.floats("w"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll(path.toString(), "another one in its place", "open the model");
      Files.delete(path);
      assertThatThrownBy(() -> file.floats("w"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll(path.toString(), "none any more");
    }
  }

  private static void assertReadyForNativeCode(FloatBuffer values) {
    assertThat(values.isDirect()).isTrue();
    assertThat(values.isReadOnly()).isTrue();
    assertThat(values.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(values.position()).isZero();
    assertThat(values.limit()).isEqualTo(values.capacity());
  }

  /** A header of one tensor, as long as makes the data begin at this offset modulo eight. */
  private static String header(String dtype, int elements, int begin, int end, int alignment) {
    String json =
        "{\"w\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}"
            .formatted(dtype, elements, begin, end);
    return json + " ".repeat(Math.floorMod(alignment - json.length(), 8));
  }

  private Path write(String header, byte... data) throws IOException {
    return RawSafetensors.write(Files.createTempFile(folder, "m", ".safetensors"), header, data);
  }

  private static void overwriteLastFour(Path path, float value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length() - Float.BYTES);
      file.write(RawSafetensors.floats(value));
    }
  }

  private static byte[] concat(byte[] first, byte[] second) {
    return Bytes.concat(first, second);
  }
}
