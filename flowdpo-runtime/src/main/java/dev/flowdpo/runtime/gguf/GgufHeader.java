package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a GGUF file: metadata, and where each tensor lies. Immutable and thread-safe.
 *
 * @param version the version of the format, 2 or 3
 * @param metadata the keys and values
 * @param tensors the tensors by name, in the order of the header
 * @param dataStart the place in the file of the data that offsets count from
 */
record GgufHeader(
    int version,
    ImmutableMap<String, Object> metadata,
    ImmutableMap<String, GgufTensor> tensors,
    long dataStart) {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final String ALIGNMENT = "general.alignment";
  private static final long USUAL_ALIGNMENT = 32;
  private static final long MOST_ALIGNMENT = 1 << 20;
  private static final int MAX_TENSORS = 1 << 17;
  private static final int LONGEST_NAME = 256;
  private static final int MAX_DIMENSIONS = 4;

  /** The bytes of a key or a tensor with an empty name. */
  private static final int LEAST_ENTRY = 13;

  /** Reads and checks the header of a file of this size. */
  static GgufHeader read(Path file, FileChannel channel) throws IOException {
    BoundedInput in = new BoundedInput(file, channel, 0);
    if (in.u32("magic number") != MAGIC) {
      throw in.wrong("magic number", "the letters GGUF", "others; this is no GGUF file");
    }
    int version = in.u32("version");
    if (version != 2 && version != 3) {
      boolean reversed = Integer.reverseBytes(version) == 3 || Integer.reverseBytes(version) == 2;
      throw in.wrong(
          "version",
          "2 or 3",
          reversed
              ? "a big-endian file; write it little-endian"
              : Integer.toUnsignedString(version) + "; convert the model again");
    }
    long tensorCount = in.u64("number of tensors");
    long keyCount = in.u64("number of keys");
    in.requireCount(tensorCount, MAX_TENSORS, LEAST_ENTRY, "number of tensors");
    in.requireCount(keyCount, MetadataReader.MAX_KEYS, LEAST_ENTRY, "number of keys");
    Map<String, Object> metadata = new MetadataReader(in).read(keyCount);
    long alignment = alignment(in, metadata.get(ALIGNMENT));
    List<GgufTensor> tensors = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      tensors.add(tensor(in, i, alignment));
    }
    long dataStart = (in.position() + alignment - 1) / alignment * alignment;
    return new GgufHeader(
        version,
        ImmutableMap.copyOf(metadata),
        checked(in, tensors, channel.size() - dataStart),
        dataStart);
  }

  private static long alignment(BoundedInput in, @Nullable Object found) {
    if (found == null) {
      return USUAL_ALIGNMENT;
    }
    if (!(found instanceof Long value)
        || value < 1
        || value > MOST_ALIGNMENT
        || Long.bitCount(value) != 1) {
      throw in.wrong(
          MetadataReader.field(ALIGNMENT), "a power of two up to " + MOST_ALIGNMENT, found);
    }
    return value;
  }

  private static GgufTensor tensor(BoundedInput in, int index, long alignment) throws IOException {
    String name = in.text(LONGEST_NAME, "name of tensor " + index);
    String field = field(name);
    int dimensions = in.u32(field);
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw in.wrong(
          field,
          "1 to " + MAX_DIMENSIONS + " dimensions",
          Integer.toUnsignedString(dimensions) + "; the file is damaged");
    }
    List<Long> sizes = new ArrayList<>();
    long elements = 1;
    for (int i = 0; i < dimensions; i++) {
      long size = in.u64(field);
      if (size < 1 || size > Long.MAX_VALUE / Float.BYTES / elements) {
        throw in.wrong(
            field,
            "sizes of at least 1 whose product can be counted",
            Long.toUnsignedString(size) + "; the file is damaged");
      }
      elements *= size;
      sizes.add(0, size);
    }
    GgufType type = GgufType.of(in.u32(field), in.file() + ": " + field);
    long columns = sizes.get(sizes.size() - 1);
    if (!type.divides(columns)) {
      throw in.wrong(field, "rows of whole blocks of " + type.elements() + " elements", columns);
    }
    long begin = in.u64(field);
    if (begin < 0 || begin % alignment != 0) {
      throw in.wrong(
          field,
          "an offset that is a multiple of the alignment " + alignment,
          Long.toUnsignedString(begin) + "; the file is damaged");
    }
    return new GgufTensor(name, type, ImmutableList.copyOf(sizes), begin, type.byteSize(elements));
  }

  private static ImmutableMap<String, GgufTensor> checked(
      BoundedInput in, List<GgufTensor> tensors, long dataSize) {
    Map<String, GgufTensor> byName = new LinkedHashMap<>();
    for (GgufTensor tensor : tensors) {
      if (byName.put(tensor.name(), tensor) != null) {
        throw in.wrong(field(tensor.name()), "the tensor once", "it twice; the file is damaged");
      }
      if (tensor.bytes() > dataSize - tensor.begin()) {
        throw in.wrong(
            field(tensor.name()),
            "its "
                + tensor.bytes()
                + " bytes from offset "
                + tensor.begin()
                + " on inside the "
                + Math.max(0, dataSize)
                + " bytes of data",
            "its end behind them; the file is truncated or damaged");
      }
    }
    List<GgufTensor> inOrder = new ArrayList<>(tensors);
    inOrder.sort(Comparator.comparingLong(GgufTensor::begin));
    for (int i = 1; i < inOrder.size(); i++) {
      GgufTensor before = inOrder.get(i - 1);
      if (before.end() > inOrder.get(i).begin()) {
        throw in.wrong(
            field(inOrder.get(i).name()),
            "an offset behind the " + field(before.name()) + " that ends at " + before.end(),
            inOrder.get(i).begin() + "; the file is damaged");
      }
    }
    return ImmutableMap.copyOf(byName);
  }

  /** Returns what messages call a tensor. */
  static String field(String name) {
    return "tensor \"" + name.replaceAll("\\p{Cntrl}", "\uFFFD") + "\"";
  }
}
