package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Strings;
import com.sun.management.ThreadMXBean;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged and hostile files: each is refused with a message that names file, place and finding. */
class SafetensorsRefusalTest {
  private static final byte[] NO_DATA = {};

  @TempDir Path folder;

  static Stream<Arguments> headers() {
    String good = "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}";
    return Stream.of(
        refused("", 4, "header: expected a JSON object, found nothing"),
        refused("  ", 4, "header: expected a JSON object, found nothing"),
        refused("[]", 4, "header: expected a JSON object"),
        refused("7", 4, "header: expected a JSON object, found 7"),
        refused("{", 4, "malformed JSON"),
        refused(good + " x", 4, "malformed JSON"),
        refused(good + " {}", 4, "found more JSON"),
        refused("{'w':1}", 4, "tensor \"w\": expected an object, found 1"),
        refused("{'w':{}}", 4, "tensor \"w\": dtype: expected one of", "found none"),
        refused(good.replace("F32", "F33"), 4, "tensor \"w\": dtype", "found \"F33\""),
        refused(good.replace("'F32'", "32"), 4, "tensor \"w\": dtype: expected a string"),
        refused(good.replace("[1]", "[-1]"), 4, "tensor \"w\": shape", "found -1"),
        refused(good.replace("[1]", "[1.0]"), 4, "tensor \"w\": shape: expected whole numbers"),
        refused(good.replace("[1]", "['1']"), 4, "tensor \"w\": shape: expected whole numbers"),
        refused(good.replace("[1]", "1"), 4, "tensor \"w\": shape: expected a list"),
        refused(good.replace("[1]", "[[1]]"), 4, "tensor \"w\": shape: expected whole numbers"),
        refused(good.replace("'shape':[1],", ""), 4, "tensor \"w\": shape", "found none"),
        refused(
            good.replace("[1]", "[9223372036854775808]"),
            4,
            "tensor \"w\": shape",
            "found 9223372036854775808"),
        refused(
            good.replace("[1]", "[4294967296,4294967296]"),
            4,
            "expected a size that a file can have, found [4294967296, 4294967296]"),
        refused(
            good.replace("[1]", "[4611686018427387905]"),
            4,
            "expected a size that a file can have"),
        refused(
            good.replace("[1]", "[" + Strings.repeat("1,", 32) + "1]"),
            4,
            "expected at most 32 numbers"),
        refused(good.replace("[1]", "[2]"), 4, "expected 8 bytes for F32 [2], found 4 bytes"),
        refused(good.replace("[0,4]", "[0,8]"), 8, "expected 4 bytes for F32 [1], found 8 bytes"),
        refused(good.replace("[0,4]", "[4,0]"), 4, "expected [begin, end], found [4, 0]"),
        refused(good.replace("[0,4]", "[-4,0]"), 4, "data_offsets", "found -4"),
        refused(good.replace("[0,4]", "[0]"), 4, "expected [begin, end], found [0]"),
        refused(good.replace("[0,4]", "[0,4,8]"), 4, "expected [begin, end], found [0, 4, 8]"),
        refused(good.replace(",'data_offsets':[0,4]", ""), 4, "expected [begin, end], found []"),
        refused(good.replace("[0,4]", "[4,8]"), 8, "expected to begin at byte 0", "found byte 4"),
        refused(good, 3, "tensor data: expected 4 bytes after the header, found 3 bytes"),
        refused(good, 0, "tensor data: expected 4 bytes after the header, found 0 bytes"),
        refused(good, 5, "tensor data: expected 4 bytes after the header, found 5 bytes"),
        refused(
            two("[0,4]", "[0,4]"), 4, "tensor \"b\": data_offsets: expected to begin at byte 4"),
        refused(two("[0,4]", "[8,12]"), 12, "tensor \"b\"", "found byte 8"),
        refused("{'a':{'dtype':'F32','dtype':'F16'}}", 4, "Duplicate field 'dtype'"),
        refused(
            good.substring(0, good.length() - 1) + "," + good.substring(1),
            4,
            "Duplicate field 'w'"),
        refused("{'__metadata__':7}", 0, "__metadata__: expected an object of strings, found 7"),
        refused("{'__metadata__':{'a':7}}", 0, "__metadata__.a: expected a string, found 7"),
        refused(
            "{'w':{'dtype':'F4','shape':[1],'data_offsets':[0,1]}}", 1, "whole number of bytes"),
        refused(Strings.repeat("{'a':", 5000), 0, "malformed JSON"),
        refused("{'" + Strings.repeat("n", 60_000) + "':{}}", 0, "malformed JSON"));
  }

  private static String two(String a, String b) {
    return ("{'a':{'dtype':'F32','shape':[1],'data_offsets':%s},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':%s}}")
        .formatted(a, b);
  }

  private static Arguments refused(String header, int dataBytes, String... message) {
    return Arguments.of(header.replace('\'', '"'), dataBytes, message);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void refusesTheHeader(String header, int dataBytes, String[] message) throws IOException {
    Path file = RawSafetensors.write(folder.resolve("m.safetensors"), header, new byte[dataBytes]);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContainingAll(message);
  }

  @Test
  void refusesFilesThatAreNotThere() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none: no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void refusesFilesShorterThanTheLength() throws IOException {
    for (int size = 0; size < Long.BYTES; size++) {
      Path file = Files.write(folder.resolve("short"), new byte[size]);
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected at least 8 bytes")
          .hasMessageContaining("found " + size);
    }
  }

  @Test
  void refusesHeaderBytesThatAreNotUtf8() throws IOException {
    byte[] header = "{\"?\":{}}".getBytes(StandardCharsets.US_ASCII);
    header[2] = (byte) 0xff;
    Path file = RawSafetensors.write(folder.resolve("m"), header.length, header, NO_DATA);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected UTF-8 text");
  }

  @Test
  void refusesClaimedLengthsWithoutAllocatingThem() throws IOException {
    byte[] header = "{}".getBytes(StandardCharsets.US_ASCII);
    long[] claims = {3, 1 << 20, 99_999_999, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1};
    for (long claim : claims) {
      Path file = RawSafetensors.write(folder.resolve("m"), claim, header, NO_DATA);
      long bytes =
          allocatedBy(
              () ->
                  assertThatThrownBy(() -> SafetensorsFile.open(file))
                      .isInstanceOf(InvalidInputException.class)
                      .hasMessageContaining("header length: expected at most")
                      .hasMessageContaining("found " + Long.toUnsignedString(claim)));
      assertThat(bytes).as("allocated for a claim of %d", claim).isLessThan(8 << 20);
    }
  }

  @Test
  void refusesHostileHeadersWithoutAllocatingMuch() throws IOException {
    int size = 24 << 20;
    String[] headers = {
      Strings.repeat("[", size),
      Strings.repeat("{\"a\":", size / 5),
      Strings.repeat(" ", size),
      "{\"w\":{\"shape\":[" + Strings.repeat("1,", size / 2),
      "{\"" + Strings.repeat("n", size),
    };
    for (String header : headers) {
      Path file = RawSafetensors.write(folder.resolve("m"), header, NO_DATA);
      long bytes =
          allocatedBy(
              () ->
                  assertThatThrownBy(() -> SafetensorsFile.open(file))
                      .isInstanceOf(InvalidInputException.class));
      assertThat(bytes).as("allocated for %.20s...", header).isLessThan(16 << 20);
    }
  }

  @Test
  void refusesMoreTensorsThanAnyModelHas() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= 250_000; i++) {
      header.append(i == 0 ? "" : ",").append('"').append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
    Path file = RawSafetensors.write(folder.resolve("m"), header.append("}").toString(), NO_DATA);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("header: expected at most 250000 entries, found more");
  }

  private static long allocatedBy(Runnable action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
