package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that are written, and what happens when writing fails. */
class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void writesTheFormatByteForByte() throws IOException {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    tensors.put("b", FloatTensor.of(new float[] {2}));
    tensors.put("a", FloatTensor.of(new float[] {1, -1}, 1, 2));
    Path file = folder.resolve("new/m.safetensors");
    SafetensorsWriter.write(file, tensors, DataType.F16, Map.of("y", "2", "x", "1"));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);
    assertThat(header.length % 8).isZero();
    assertThat(new String(header, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(
            "{\"__metadata__\":{\"x\":\"1\",\"y\":\"2\"},"
                + "\"a\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[4,6]}}");
    assertThat(bytes.remaining()).isEqualTo(6);
    assertThat(bytes.getShort()).isEqualTo((short) 0x3c00);
    assertThat(bytes.getShort()).isEqualTo((short) 0xbc00);
    assertThat(bytes.getShort()).isEqualTo((short) 0x4000);
  }

  @Test
  void writesTensorsLargerThanItsBlock() {
    float[] values = new float[100_003];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = folder.resolve("m");
    SafetensorsWriter.write(
        file, Map.of("w", FloatTensor.of(values, values.length)), DataType.F32, Map.of());
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.read("w").toArray()).isEqualTo(values);
    }
  }

  @Test
  void refusesFiniteValuesOutsideTheTypeAndKeepsTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("m"), "old");
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    file,
                    Map.of("w", FloatTensor.of(new float[] {1, 65520}, 2)),
                    DataType.F16,
                    Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tensor \"w\": expected values in the range of F16, found 65520")
        .hasMessageContaining("F32");
    assertThat(file).hasContent("old");
    assertOnlyFile(file);
  }

  @Test
  void keepsInfinitiesAndNaN() {
    float[] values = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
    Path file = folder.resolve("m");
    for (DataType type : DataType.values()) {
      SafetensorsWriter.write(file, Map.of("w", FloatTensor.of(values, 3)), type, Map.of());
      try (SafetensorsFile read = SafetensorsFile.open(file)) {
        assertThat(read.read("w").toArray()).containsExactly(values);
      }
    }
  }

  @Test
  void leavesNoTemporaryFile() throws IOException {
    Path file = folder.resolve("m");
    SafetensorsWriter.write(file, Map.of(), DataType.F32, Map.of());
    SafetensorsWriter.write(file, Map.of(), DataType.F32, Map.of());
    assertOnlyFile(file);
  }

  @Test
  void replacesAFileThatIsMapped() {
    Path file = folder.resolve("m");
    SafetensorsWriter.write(
        file, Map.of("w", FloatTensor.of(new float[] {1}, 1)), DataType.F32, Map.of());
    try (SafetensorsFile old = SafetensorsFile.open(file)) {
      FloatTensor before = old.read("w");
      SafetensorsWriter.write(
          file, Map.of("w", FloatTensor.of(new float[] {2}, 1)), DataType.F32, Map.of());
      assertThat(before.toArray()).containsExactly(1);
    }
  }

  @Test
  void saysWhereItCannotWrite() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("f"), "");
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(notAFolder.resolve("m"), Map.of(), DataType.F32, Map.of()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("m: cannot be written");
  }

  @Test
  void refusesTheReservedName() {
    Map<String, FloatTensor> tensors = Map.of("__metadata__", FloatTensor.of(new float[] {1}));
    for (Map<String, String> metadata :
        Stream.of(Map.of("a", "b"), Map.<String, String>of()).toList()) {
      assertThatThrownBy(
              () -> SafetensorsWriter.write(folder.resolve("m"), tensors, DataType.F32, metadata))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("__metadata__");
    }
  }

  @Test
  void tensorsCheckTheirShape() {
    assertThatThrownBy(() -> FloatTensor.of(new float[3], 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 2]")
        .hasMessageContaining("found 3");
    assertThatThrownBy(() -> FloatTensor.of(new float[1], -1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("negative");
  }

  private void assertOnlyFile(Path file) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }
}
