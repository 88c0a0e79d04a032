package dev.flowdpo.runtime.gguf;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the header of a GGUF file from a place on, little-endian, some kilobytes at a time. Nothing
 * is read, or made room for, before it is known to lie inside the file and inside what a header may
 * take. Not thread-safe.
 */
final class BoundedInput {
  /** More than ten times the headers of published models. */
  static final long MAX_HEADER_BYTES = 128L << 20;

  private static final int WINDOW = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  /** The place in the file of the first byte of the window. */
  private long windowAt;

  BoundedInput(Path file, FileChannel channel, long position) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
    this.windowAt = position;
  }

  /** Returns the file. */
  Path file() {
    return file;
  }

  /** Returns the place of the next byte. */
  long position() {
    return windowAt + window.position();
  }

  /** Returns the number of bytes behind this place. */
  long remaining() {
    return size - position();
  }

  /** Returns the error for a part of the file. */
  InvalidInputException wrong(String field, String expected, Object found) {
    return new InvalidInputException(
        file + ": " + field + ": expected " + expected + ", found " + found);
  }

  /**
   * Checks that so many bytes follow.
   *
   * @param count as an unsigned number
   */
  void require(long count, String field) {
    if (count < 0 || count > remaining()) {
      throw wrong(
          field,
          "at most the " + remaining() + " bytes that are left in the file",
          Long.toUnsignedString(count) + "; the file is truncated or damaged");
    }
    if (position() + count > MAX_HEADER_BYTES) {
      throw wrong(
          field,
          "a header of at most " + MAX_HEADER_BYTES + " bytes",
          "a longer one; the file is damaged");
    }
  }

  /**
   * Checks a number of things that follow.
   *
   * @param count as an unsigned number
   * @param least the bytes that each takes at least
   */
  void requireCount(long count, long most, long least, String field) {
    if (count < 0 || count > most || count > remaining() / least) {
      throw wrong(
          field,
          "at most " + Math.min(most, remaining() / least),
          Long.toUnsignedString(count) + "; the file is truncated or damaged");
    }
  }

  byte u8(String field) throws IOException {
    return next(Byte.BYTES, field).get();
  }

  short u16(String field) throws IOException {
    return next(Short.BYTES, field).getShort();
  }

  int u32(String field) throws IOException {
    return next(Integer.BYTES, field).getInt();
  }

  long u64(String field) throws IOException {
    return next(Long.BYTES, field).getLong();
  }

  /** Reads a text: its length in bytes, and the bytes. */
  String text(int most, String field) throws IOException {
    int length = textLength(most, field);
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      int part = Math.min(length - at, WINDOW);
      next(part, field).get(bytes, at, part);
      at += part;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          file + ": " + field + ": expected text in UTF-8, found other bytes", e);
    }
  }

  /** Passes over a text. */
  void skipText(int most, String field) throws IOException {
    skip(textLength(most, field), field);
  }

  private int textLength(int most, String field) throws IOException {
    long length = u64(field);
    if (length < 0 || length > most) {
      throw wrong(
          field,
          "a text of at most " + most + " bytes",
          Long.toUnsignedString(length) + "; the file is damaged");
    }
    require(length, field);
    return (int) length;
  }

  /** Passes over bytes. */
  void skip(long count, String field) {
    require(count, field);
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
    } else {
      windowAt = position() + count;
      window.position(0).limit(0);
    }
  }

  private ByteBuffer next(int count, String field) throws IOException {
    if (window.remaining() < count) {
      require(count, field);
      windowAt = position();
      window.clear();
      while (window.position() < count) {
        if (channel.read(window, windowAt + window.position()) < 0) {
          throw wrong(field, "the file of " + size + " bytes that was opened", "a shorter one");
        }
      }
      window.flip();
    }
    return window;
  }
}
