package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of tensors beyond the 2 GiB that a buffer holds, at offsets beyond 4 GiB. The files are
 * sparse: all but a few pages of them is a hole that takes no room on the disk.
 */
class LargeTensorsTest {
  private static final long ROWS = 256_000;
  private static final int WIDTH = 2304;
  private static final long F32_BYTES = ROWS * WIDTH * Float.BYTES;
  private static final long F16_BYTES = ROWS * WIDTH * Short.BYTES;

  @TempDir Path folder;

  private Path path = Path.of("unset");
  private long dataStart;

  /** Tensors in the order of their data: a large F32, F16 and BF16 one, and a small F32 one. */
  @BeforeEach
  void makeSparseFile() throws IOException {
    path = folder.resolve("large.safetensors");
    String json =
        "{"
            + entry("f32", "F32", ROWS, WIDTH, 0, F32_BYTES)
            + ","
            + entry("f16", "F16", ROWS, WIDTH, F32_BYTES, F32_BYTES + F16_BYTES)
            + ","
            + entry("bf16", "BF16", ROWS, WIDTH, F32_BYTES + F16_BYTES, smallTensor())
            + ","
            + entry("small", "F32", 2, 3, smallTensor(), smallTensor() + 24)
            + "}";
    byte[] header = (json + " ".repeat(-json.length() & 7)).getBytes(StandardCharsets.US_ASCII);
    dataStart = Long.BYTES + header.length;
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      ByteBuffer start = ByteBuffer.allocate((int) dataStart).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(start.putLong(header.length).put(header).flip());
      put(channel, 0, RawSafetensors.floats(1, 2));
      put(channel, F32_BYTES - 8, RawSafetensors.floats(3, 4));
      put(channel, F32_BYTES + F16_BYTES - 4, RawSafetensors.shorts(0x3c00, 0x4000));
      put(channel, smallTensor() - 4, RawSafetensors.shorts(0x3f80, 0xc000));
      put(channel, smallTensor(), RawSafetensors.floats(5, 6, 7, 8, 9, 10));
    }
  }

  private static long smallTensor() {
    return F32_BYTES + 2 * F16_BYTES;
  }

  private static String entry(
      String name, String type, long rows, int width, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
        .formatted(name, type, rows, width, begin, end);
  }

  private void put(FileChannel channel, long offset, byte[] bytes) throws IOException {
    channel.write(ByteBuffer.wrap(bytes), dataStart + offset);
  }

  @Test
  void mapsRowsAnywhereInATensorOver2GiB() throws IOException {
    assertThat(F32_BYTES).isGreaterThan(1L << 31);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      FloatBuffer first = file.floats("f32", 0, 2);
      assertReadyForNativeCode(first, 2 * WIDTH);
      assertThat(first.get(0)).isEqualTo(1);
      assertThat(first.get(1)).isEqualTo(2);
      assertThat(first.get(2)).isZero();
      FloatBuffer last = file.floats("f32", ROWS - 3, 3);
      assertReadyForNativeCode(last, 3 * WIDTH);
      assertThat(last.get(0)).isZero();
      assertThat(last.get(3 * WIDTH - 2)).isEqualTo(3);
      assertThat(last.get(3 * WIDTH - 1)).isEqualTo(4);
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        put(channel, F32_BYTES - 4, RawSafetensors.floats(-4));
      }
      assertThat(last.get(3 * WIDTH - 1)).as("the change in the file shows").isEqualTo(-4);
    }
  }

  @Test
  void widensRowsOf16BitTensorsWhoseValuesTakeOver2GiB() {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      FloatBuffer f16 = file.floats("f16", ROWS - 1, 1);
      assertReadyForNativeCode(f16, WIDTH);
      assertThat(f16.get(WIDTH - 3)).isZero();
      assertThat(f16.get(WIDTH - 2)).isEqualTo(1);
      assertThat(f16.get(WIDTH - 1)).isEqualTo(2);
      FloatBuffer bf16 = file.floats("bf16", ROWS - 1, 1);
      assertReadyForNativeCode(bf16, WIDTH);
      assertThat(bf16.get(WIDTH - 2)).isEqualTo(1);
      assertThat(bf16.get(WIDTH - 1)).isEqualTo(-2);
    }
  }

  @Test
  void readsTensorsThatBeginBeyond4GiB() {
    assertThat(smallTensor()).isGreaterThan(1L << 32);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.read("small").toArray()).containsExactly(5, 6, 7, 8, 9, 10);
      assertThat(file.floats("small", 1, 1)).isEqualTo(FloatBuffer.wrap(new float[] {8, 9, 10}));
      assertThat(file.floats("small", 2, 0).remaining()).isZero();
    }
  }

  @Test
  void refusesMoreThanABufferHoldsAndSaysWhatToDo() {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (String name : new String[] {"f32", "f16", "bf16"}) {
        assertThatThrownBy(() -> file.floats(name))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage(
                path
                    + ": tensor \""
                    + name
                    + "\": expected at most 536870911 elements, found 589824000 in shape"
                    + " [256000, 2304]; read fewer rows at a time");
        assertThatThrownBy(() -> file.floats(name, 10, ROWS - 10))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("found 589800960 in shape");
      }
    }
  }

  @Test
  void refusesRowsThatTheTensorDoesNotHave() {
    long[][] ranges = {{-1, 1}, {0, -1}, {0, ROWS + 1}, {ROWS, 1}, {Long.MAX_VALUE, 1}};
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (long[] range : ranges) {
        assertThatThrownBy(() -> file.floats("f32", range[0], range[1]))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "tensor \"f32\": expected rows of shape [256000, 2304], found %d rows from row %d"
                    .formatted(range[1], range[0]));
      }
    }
  }

  private static void assertReadyForNativeCode(FloatBuffer values, int elements) {
    assertThat(values.isDirect()).isTrue();
    assertThat(values.isReadOnly()).isTrue();
    assertThat(values.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(values.position()).isZero();
    assertThat(values.remaining()).isEqualTo(elements);
  }
}
