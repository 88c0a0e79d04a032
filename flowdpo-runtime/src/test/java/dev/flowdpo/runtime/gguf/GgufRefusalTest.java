package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged files are refused by name, before any weight is read, and with little memory. */
class GgufRefusalTest {
  /** Loading classes takes some of it; a file takes less than three times its size. */
  private static final long MOST_MEMORY = 2 << 20;

  @TempDir static Path folder;
  private static GgufBytes sound;
  private static byte[] bytes;
  private static int end;

  @BeforeAll
  static void write() throws IOException {
    Path model = folder.resolve("model");
    RandomCheckpoint.write(
        model,
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                Architecture.LLAMA, 40, 32, 2, 4, 2, OptionalInt.of(8), 48, 64)),
        5,
        DataType.F32);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      sound = GgufModels.of(checkpoint, 3);
    }
    bytes = sound.bytes();
    end = bytes.length - GgufBytes.ALIGNMENT;
    // The reader's classes are loaded here.
    GgufCheckpoint.open(file(bytes)).close();
    assertRefused(file(Arrays.copyOf(bytes, 100)));
  }

  private static Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("damaged.gguf"), content);
  }

  private static void assertRefused(Path file) {
    assertThatThrownBy(() -> GgufCheckpoint.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageMatching("(?s).*(expected|found).*");
  }

  private static void assertRefusedWithLittleMemory(byte[] content) throws IOException {
    Path file = file(content);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertRefused(file);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_MEMORY);
  }

  private static byte[] with(GgufBytes.Field field, long value) {
    byte[] changed = bytes.clone();
    ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    if (field.bytes() == Integer.BYTES) {
      buffer.putInt(field.at(), (int) value);
    } else {
      buffer.putLong(field.at(), value);
    }
    return changed;
  }

  @Test
  void absurdNumbersAreRefusedWhereverTheyAre() throws IOException {
    Random random = new Random(14);
    List<GgufBytes.Field> fields =
        sound.fields().stream()
            // Any number of positions could be meant.
            .filter(field -> !field.name().endsWith("context_length"))
            .toList();
    for (int i = 0; i < 60; i++) {
      GgufBytes.Field field = fields.get(random.nextInt(fields.size()));
      long absurd = field.bytes() == Integer.BYTES ? 0x7FFF_FFF0L : 0x7FFF_FFFF_FFFF_FFF0L;
      assertRefusedWithLittleMemory(with(field, absurd));
    }
  }

  @Test
  void negativeNumbersAreRefusedWhereverTheyAre() throws IOException {
    Random random = new Random(15);
    List<GgufBytes.Field> lengths =
        sound.fields().stream().filter(field -> field.bytes() == Long.BYTES).toList();
    for (int i = 0; i < 20; i++) {
      assertRefusedWithLittleMemory(with(lengths.get(random.nextInt(lengths.size())), -1));
    }
  }

  @Test
  void truncatedFilesAreRefused() throws IOException {
    Random random = new Random(16);
    for (int i = 0; i < 40; i++) {
      assertRefusedWithLittleMemory(Arrays.copyOf(bytes, random.nextInt(end)));
    }
  }

  /** What stays readable may be read; nothing fails in another way. */
  @Test
  void flippedBytesNeverFailInAnotherWay() throws IOException {
    Random random = new Random(17);
    int header = sound.fields().get(sound.fields().size() - 1).at();
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
      Path file = file(changed);
      try {
        GgufCheckpoint.open(file).close();
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 'expected 2 or 3, found 1; convert the model again'",
    "4, 'found 4; convert the model again'",
    "50331648, 'a big-endian file; write it little-endian'"
  })
  void otherVersionsAreRefused(int version, String message) throws IOException {
    Path file = file(new GgufBytes(version).bytes());
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessageStartingWith(file + ": version: ")
        .hasMessageContaining(message);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = file("{\"architectures\": []}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessage(
            file + ": magic number: expected the letters GGUF, found others; this is no GGUF file");
    assertThatThrownBy(() -> GgufFile.open(folder.resolve("none.gguf")))
        .hasMessageContaining("no such file");
  }

  @Test
  void typesThatAreNotReadAreRefusedByName() throws IOException {
    Path file = file(new GgufBytes(3).tensor("t", 16, new byte[66], 1, 256).bytes());
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessageStartingWith(file + ": tensor \"t\": expected a type out of F32, F16")
        .hasMessageContaining("found IQ2_XXS");
  }

  @Test
  void rowsAreWholeBlocks() throws IOException {
    Path file = file(new GgufBytes(3).tensor("t", 2, new byte[36], 2, 48).bytes());
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessage(
            file + ": tensor \"t\": expected rows of whole blocks of 32 elements, found 48");
  }

  @Test
  void overlapsAndTwinsAreRefused() throws IOException {
    GgufBytes two = new GgufBytes(3).tensor("a", new float[16], 16).tensor("b", new float[16], 16);
    byte[] overlapping = two.bytes();
    GgufBytes.Field offset = two.fields().get(two.fields().size() - 1);
    ByteBuffer.wrap(overlapping).order(ByteOrder.LITTLE_ENDIAN).putLong(offset.at(), 32);
    Path file = file(overlapping);
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessage(
            file
                + ": tensor \"b\": expected an offset behind the tensor \"a\" that ends at 64,"
                + " found 32; the file is damaged");
    ByteBuffer.wrap(overlapping).order(ByteOrder.LITTLE_ENDIAN).putLong(offset.at(), 65);
    assertThatThrownBy(() -> GgufFile.open(file(overlapping)))
        .hasMessageContaining("a multiple of the alignment 32, found 65");
    Path twins =
        file(new GgufBytes(3).tensor("a", new float[1], 1).tensor("a", new float[1], 1).bytes());
    assertThatThrownBy(() -> GgufFile.open(twins))
        .hasMessageContaining("tensor \"a\": expected the tensor once, found it twice");
    byte[] keys = new GgufBytes(3).put("key.a", 1).put("key.b", 2).bytes();
    keys[new String(keys, StandardCharsets.ISO_8859_1).indexOf("key.b") + 4] = 'a';
    assertThatThrownBy(() -> GgufFile.open(file(keys)))
        .hasMessageContaining("key \"key.a\": expected the key once, found it twice");
  }

  @Test
  void alignmentIsAPowerOfTwo() throws IOException {
    Path file = file(new GgufBytes(3).put("general.alignment", 48).bytes());
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessage(
            file + ": key \"general.alignment\": expected a power of two up to 1048576, found 48");
  }

  @Test
  void arraysInArraysHaveAnEnd() throws IOException {
    ByteBuffer deep = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    deep.putInt(0x46554747).putInt(3).putLong(0).putLong(1);
    deep.putLong(1).put((byte) 'k').putInt(9);
    for (int i = 0; i < 8; i++) {
      deep.putInt(9).putLong(1);
    }
    Path file = file(deep.array());
    assertThatThrownBy(() -> GgufFile.open(file))
        .hasMessageContaining("key \"k\": expected arrays at most 4 deep, found deeper ones");
  }

  @Test
  void aKeyOfAnotherTypeIsRefused() throws IOException {
    Path file =
        file(
            new GgufBytes(3)
                .put("general.architecture", "llama")
                .put("llama.block_count", "two")
                .put("llama.embedding_length", 8)
                .put("llama.attention.head_count", 2)
                .bytes());
    assertThatThrownBy(() -> GgufCheckpoint.open(file))
        .hasMessage(
            file
                + ": key \"llama.block_count\": expected a whole number from 1 to 2147483647,"
                + " found two");
  }
}
