package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import java.util.Locale;

/**
 * What the header of a GGUF file says of one tensor. Immutable and thread-safe.
 *
 * @param name the tensor's name in the file, such as {@code blk.0.attn_q.weight}
 * @param type the type in which it is stored
 * @param shape its sizes, outermost first, which is the reverse of their order in the file
 * @param begin the offset of its first byte, counted from the start of the file's data
 * @param bytes the bytes that it takes
 */
record GgufTensor(String name, GgufType type, ImmutableList<Long> shape, long begin, long bytes) {

  /** Returns the sizes, outermost first. */
  long[] sizes() {
    return Longs.toArray(shape);
  }

  /** Returns the outermost size. */
  long rows() {
    return shape.get(0);
  }

  /** Returns the elements of each slice along the outermost dimension. */
  long columns() {
    return shape.stream().skip(1).reduce(1L, Math::multiplyExact);
  }

  /** Returns the offset behind the last byte. */
  long end() {
    return begin + bytes;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %s%s at byte %d", name, type, shape, begin);
  }
}
