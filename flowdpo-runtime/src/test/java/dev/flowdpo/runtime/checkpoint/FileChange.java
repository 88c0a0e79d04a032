package dev.flowdpo.runtime.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** One change of a file: what kind, and where everything random in it comes from. */
record FileChange(Kind kind, long seed) {
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "\"\"",
          "\"x\"",
          "-1",
          "0",
          "1",
          "1025",
          "10000",
          "2147483647",
          "2147483648",
          "-9223372036854775809",
          "9223372036854775807",
          "9223372036854775808",
          "1e400",
          "-0.0",
          "1e-400",
          "0.5",
          "1e15",
          "[[]]",
          "\"\\u0000\"",
          "\"../../x\"",
          "\"/x\"",
          "\"{{\"",
          "\"{% for i in range(99999) %}{{ i * 'a' }}{% endfor %}\"",
          "\"(a*)*b\"",
          "\".*\"",
          "{\"a\":{\"a\":{}}}",
          "NaN",
          "1" + "0".repeat(2000),
          "\"" + "y".repeat(70_000) + "\"",
          "[" + "1,".repeat(20_000) + "1]");

  private static final Pattern VALUE =
      Pattern.compile("[:\\[,]\\s*(\"[^\"]*\"|-?[0-9.]+|true|false|null)");

  private static final Pattern FIELD =
      Pattern.compile("\"[^\"]*\"\\s*:\\s*(\"[^\"]*\"|-?[0-9.]+|true|false|null)");

  /** What is done to the bytes. */
  enum Kind {
    TRUNCATED,
    BIT_FLIPPED,
    SCRAMBLED,
    PIECE_TWICE,
    PIECE_LOST,
    NESTED,
    KEY_TWICE,
    OTHER_VALUE
  }

  byte[] apply(byte[] bytes) {
    if (bytes.length == 0) {
      return bytes;
    }
    Random random = new Random(seed);
    int at = random.nextInt(bytes.length);
    return switch (kind) {
      case TRUNCATED -> Arrays.copyOf(bytes, at);
      case BIT_FLIPPED -> {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
      case SCRAMBLED -> {
        byte[] scrambled = bytes.clone();
        for (int i = at; i < Math.min(bytes.length, at + 8); i++) {
          scrambled[i] = (byte) random.nextInt(256);
        }
        yield scrambled;
      }
      case PIECE_TWICE -> inserted(bytes, at, Arrays.copyOfRange(bytes, at / 2, at));
      case PIECE_LOST -> {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
        byte[] less = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, less, at, bytes.length - end);
        yield less;
      }
      case NESTED ->
          inserted(bytes, at, ascii((random.nextBoolean() ? "[" : "{\"a\":").repeat(50_000)));
      case KEY_TWICE -> keyTwice(bytes, random);
      case OTHER_VALUE -> otherValue(bytes, random);
    };
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] middle) {
    byte[] longer = new byte[bytes.length + middle.length];
    System.arraycopy(bytes, 0, longer, 0, at);
    System.arraycopy(middle, 0, longer, at, middle.length);
    System.arraycopy(bytes, at, longer, at + middle.length, bytes.length - at);
    return longer;
  }

  private static byte[] keyTwice(byte[] bytes, Random random) {
    String text = text(bytes);
    List<MatchResult> fields = FIELD.matcher(text).results().toList();
    if (fields.isEmpty()) {
      return bytes;
    }
    MatchResult field = fields.get(random.nextInt(fields.size()));
    return inserted(bytes, field.start(), ascii(field.group() + ","));
  }

  private static byte[] otherValue(byte[] bytes, Random random) {
    String text = text(bytes);
    List<MatchResult> values = VALUE.matcher(text).results().toList();
    if (values.isEmpty()) {
      return bytes;
    }
    MatchResult value = values.get(random.nextInt(values.size()));
    String other = VALUES.get(random.nextInt(VALUES.size()));
    return ascii(text.substring(0, value.start(1)) + other + text.substring(value.end(1)));
  }

  /** Every byte is one character, so that binary data comes back as it was. */
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
