package dev.flowdpo.benchmarks.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes sound bytes a little, the same way for the same random numbers. Not thread-safe. */
final class Mutation {
  private static final List<String> TELLING =
      List.of(
          "0",
          "-1",
          "99999999999999999999",
          "1e999",
          "null",
          "[]",
          "{}",
          "\"\"",
          "\n",
          "\0",
          "{{",
          "%}",
          "\\frac",
          "^{",
          "!",
          "(a*)*",
          "\u2581",
          "\uD83C\uDF4E");

  private final Random random;

  Mutation(long seed) {
    this.random = new Random(seed);
  }

  /** Returns the bytes with one to four changes; parts come from the other one, too. */
  byte[] of(byte[] sound, byte[] other) {
    byte[] bytes = sound;
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      bytes = changed(bytes, other);
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes, byte[] other) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(1, 17));
    return switch (random.nextInt(5)) {
      case 0 -> joined(bytes, from, part(bytes, from, to), from); // said twice
      case 1 -> joined(bytes, from, new byte[0], to); // left out
      case 2 -> joined(bytes, from, telling(), random.nextBoolean() ? from : to);
      case 3 -> joined(bytes, from, ofOther(other), to);
      default -> flipped(bytes);
    };
  }

  private byte[] telling() {
    return TELLING.get(random.nextInt(TELLING.size())).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] ofOther(byte[] other) {
    int from = random.nextInt(other.length + 1);
    return part(other, from, Math.min(other.length, from + random.nextInt(1, 65)));
  }

  private byte[] flipped(byte[] bytes) {
    byte[] flipped = bytes.clone();
    if (flipped.length > 0) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] part(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  private static byte[] joined(byte[] bytes, int end, byte[] between, int begin) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, end);
    out.writeBytes(between);
    out.write(bytes, begin, bytes.length - begin);
    return out.toByteArray();
  }
}
