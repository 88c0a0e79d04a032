package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** What is written is read; whatever else is in a file, reading ends in an answer or a refusal. */
class SafetensorsPropertyTest {
  private static final byte[] GOOD = goodFile();

  private Path file = Path.of("unset");

  private static byte[] goodFile() {
    try {
      Path path = Files.createTempFile("flowdpo", ".safetensors");
      SafetensorsWriter.write(
          path,
          Map.of(
              "a", FloatTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
              "b", FloatTensor.of(new float[] {7}, 1)),
          DataType.F32,
          Map.of("format", "pt"));
      byte[] bytes = Files.readAllBytes(path);
      Files.delete(path);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeTry
  void createFile() throws IOException {
    file = Files.createTempFile("flowdpo", ".safetensors");
  }

  @AfterTry
  void deleteFile() throws IOException {
    Files.deleteIfExists(file);
  }

  @Provide
  Arbitrary<Map<String, FloatTensor>> tensors() {
    Arbitrary<String> names =
        Arbitraries.strings().ofMaxLength(12).filter(SafetensorsPropertyTest::isEncodable);
    Arbitrary<long[]> shapes = Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(3);
    Arbitrary<FloatTensor> tensors =
        shapes.flatMap(
            shape -> {
              int elements = 1;
              for (long size : shape) {
                elements *= (int) size;
              }
              return Arbitraries.integers()
                  .map(Float::intBitsToFloat)
                  .array(float[].class)
                  .ofSize(elements)
                  .map(values -> FloatTensor.of(values, shape));
            });
    return Arbitraries.maps(names, tensors).ofMaxSize(6);
  }

  private static boolean isEncodable(String name) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  @Property(tries = 100)
  void readsWhatIsWritten(
      @ForAll("tensors") Map<String, FloatTensor> tensors,
      @ForAll @Size(max = 3) Map<@AlphaChars String, Integer> numbers) {
    Map<String, String> metadata = new HashMap<>();
    numbers.forEach((key, value) -> metadata.put(key, value.toString()));
    SafetensorsWriter.write(file, tensors, DataType.F32, metadata);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.metadata()).isEqualTo(metadata);
      assertThat(read.tensors().keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      tensors.forEach(
          (name, tensor) -> {
            assertThat(read.tensor(name).shape()).isEqualTo(tensor.shape());
            assertSameBits(read.read(name).toArray(), tensor.toArray());
          });
    }
  }

  @Property(tries = 50)
  void roundsToTheStoredType(@ForAll("tensors") Map<String, FloatTensor> tensors) {
    Map<String, FloatTensor> inRange = new HashMap<>();
    tensors.forEach((name, tensor) -> inRange.put(name, scaledToHalfRange(tensor)));
    for (DataType type : new DataType[] {DataType.F16, DataType.BF16}) {
      SafetensorsWriter.write(file, inRange, type, Map.of());
      try (SafetensorsFile read = SafetensorsFile.open(file)) {
        inRange.forEach(
            (name, tensor) -> {
              assertThat(read.dataType(name)).isEqualTo(type);
              float[] expected = tensor.toArray();
              for (int i = 0; i < expected.length; i++) {
                expected[i] =
                    type == DataType.F16
                        ? HalfPrecision.fromF16(HalfPrecision.toF16(expected[i]))
                        : HalfPrecision.fromBf16(HalfPrecision.toBf16(expected[i]));
              }
              assertSameBits(read.read(name).toArray(), expected);
            });
      }
    }
  }

  private static FloatTensor scaledToHalfRange(FloatTensor tensor) {
    float[] values = tensor.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]) > 65504 ? Math.signum(values[i]) : values[i];
    }
    return FloatTensor.of(values, tensor.shape());
  }

  @Property(tries = 1000)
  void answersOrRefusesArbitraryBytes(@ForAll @Size(max = 200) byte[] content) throws IOException {
    Files.write(file, content);
    readAll();
  }

  @Property(tries = 1000)
  void answersOrRefusesArbitraryHeaders(@ForAll @Size(max = 200) byte[] header) throws IOException {
    RawSafetensors.write(file, header.length, header, new byte[16]);
    readAll();
  }

  @Property(tries = 1000)
  void answersOrRefusesADamagedFile(
      @ForAll @IntRange(min = 0, max = 10_000) int place, @ForAll byte value) throws IOException {
    byte[] content = GOOD.clone();
    content[place % content.length] = value;
    Files.write(file, content);
    readAll();
  }

  @Property(tries = 200)
  void refusesEveryTruncation(@ForAll @IntRange(min = 0, max = 10_000) int length)
      throws IOException {
    Files.write(file, Arrays.copyOf(GOOD, length % GOOD.length));
    assertThat(readAll()).isFalse();
  }

  /** Returns whether the file was read; anything but an answer or a refusal fails the test. */
  private boolean readAll() {
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      read.tensors().keySet().forEach(name -> readOrRefuse(read, name));
      return true;
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
      return false;
    } catch (UncheckedIOException e) {
      throw new AssertionError("neither an answer nor a refusal", e);
    }
  }

  private static void readOrRefuse(SafetensorsFile read, String name) {
    try {
      assertThat(read.floats(name).remaining()).isNotNegative();
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageContaining("expected dtype");
    }
  }

  private static void assertSameBits(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(Float.floatToRawIntBits(expected[i]));
    }
  }
}
