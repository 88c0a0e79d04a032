package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;

/**
 * The forms of small values in what travels between driver and executors; each message begins with
 * a byte that names its layout. Stateless and thread-safe.
 */
final class Bytes {
  private Bytes() {}

  /** Writes a message. */
  interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads a message. */
  interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  static byte[] write(int layout, Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(layout);
      writer.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a message.
   *
   * @param what names it where it is of another layout
   */
  static <T> T read(int layout, String what, byte[] bytes, Reader<T> reader) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int found = in.readByte();
      if (found != layout) {
        throw new FlowException(
            ("%s: expected layout %d, found %d; driver and executors have different versions of"
                    + " flowdpo-spark")
                .formatted(what, layout, found));
      }
      return reader.read(in);
    } catch (IOException e) {
      throw new FlowException(what + ": damaged: " + e, e);
    }
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    writeNumber(out, bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInputStream in) throws IOException {
    int length = readNumber(in);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("it ends early");
    }
    return bytes;
  }

  static void writeDouble(DataOutputStream out, OptionalDouble value) throws IOException {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      out.writeDouble(value.getAsDouble());
    }
  }

  static OptionalDouble readDouble(DataInputStream in) throws IOException {
    return in.readBoolean() ? OptionalDouble.of(in.readDouble()) : OptionalDouble.empty();
  }

  /** Writes a number that is not negative in as few bytes as it needs, seven bits each. */
  static void writeNumber(DataOutputStream out, int number) throws IOException {
    int left = number;
    while (left >= 0x80) {
      out.writeByte((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  static int readNumber(DataInputStream in) throws IOException {
    int number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = in.readByte();
      number |= (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IOException("a number has too many bytes");
  }
}
