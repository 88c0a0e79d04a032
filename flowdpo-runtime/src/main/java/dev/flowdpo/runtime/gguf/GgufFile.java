package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FileIdentity;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.internal.UninterruptedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in the GGUF format, in one file or split into several: metadata, and tensors that are
 * mapped when they are asked for. Opening reads and checks the headers alone.
 *
 * <p>The parts of a split model are called {@code NAME-00001-of-0000N.gguf}; the first of them is
 * the one to open, and it has the metadata of all.
 *
 * <p>Thread-safe. Buffers stay valid after {@link #close}. The files must not be changed while they
 * are in use; one that was replaced by a move is refused when something is asked for.
 */
public final class GgufFile implements AutoCloseable {
  /** What names of files end in. */
  public static final String ENDING = ".gguf";

  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final int MAX_PARTS = 1000;
  private static final String SPLIT_NUMBER = "split.no";
  private static final String SPLIT_COUNT = "split.count";
  private static final String SPLIT_TENSORS = "split.tensors.count";

  private final ImmutableList<Part> parts;
  private final ImmutableMap<String, Part> partOf;
  private volatile boolean closed;

  private record Part(Path path, FileIdentity identity, GgufHeader header) {
    GgufMetadata metadata() {
      return new GgufMetadata(path, identity, header.metadata());
    }
  }

  private GgufFile(List<Part> parts) {
    this.parts = ImmutableList.copyOf(parts);
    Map<String, Part> found = new LinkedHashMap<>();
    for (Part part : parts) {
      for (String name : part.header.tensors().keySet()) {
        Part other = found.put(name, part);
        if (other != null) {
          throw wrong(part.path, GgufHeader.field(name), "it in one file", "it in " + other.path);
        }
      }
    }
    this.partOf = ImmutableMap.copyOf(found);
  }

  /** {@return whether a path is that of a GGUF file, by its name} */
  public static boolean isNamedSo(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ENDING);
  }

  /**
   * {@return the name of a model by that of its file: without the ending and the number of a part}
   */
  public static String modelName(Path path) {
    String name = String.valueOf(path.getFileName());
    Matcher part = PART.matcher(name);
    if (part.matches()) {
      return part.group(1);
    }
    return isNamedSo(path) ? name.substring(0, name.length() - ENDING.length()) : name;
  }

  /**
   * Opens a model and checks the headers of its files.
   *
   * @param path the file; the first one of a split model
   * @throws InvalidInputException if a file is missing, truncated or damaged, of another version of
   *     the format, has a type of tensor that is not supported, or is not a part of this model
   */
  public static GgufFile open(Path path) {
    Part first = read(path);
    GgufMetadata metadata = first.metadata();
    int count = metadata.integer(SPLIT_COUNT, 0).orElse(0);
    if (count <= 1) {
      return new GgufFile(List.of(first));
    }
    int number = metadata.requiredInteger(SPLIT_NUMBER, 0);
    Matcher name = PART.matcher(String.valueOf(path.getFileName()));
    if (count > MAX_PARTS
        || !name.matches()
        || Integer.parseInt(name.group(3)) != count
        || Integer.parseInt(name.group(2)) != number + 1) {
      throw wrong(
          path,
          "name of the file",
          "NAME-%05d-of-%05d.gguf, as its keys say that it is part %d of at most %d"
              .formatted(number + 1, count, number + 1, MAX_PARTS),
          "another; give the files of a split model their own names again");
    }
    if (number != 0) {
      throw wrong(
          path, "part", "the first of " + count, "number " + (number + 1) + "; open the first");
    }
    List<Part> parts = new ArrayList<>(List.of(first));
    for (int i = 1; i < count; i++) {
      String part = "%s-%05d-of-%05d.gguf".formatted(name.group(1), i + 1, count);
      parts.add(part(path.resolveSibling(part), i, count));
    }
    GgufFile file = new GgufFile(parts);
    int tensors = metadata.integer(SPLIT_TENSORS, 0).orElse(file.partOf.size());
    if (file.partOf.size() != tensors) {
      throw wrong(path, "tensors of all parts", String.valueOf(tensors), file.partOf.size());
    }
    return file;
  }

  private static Part part(Path path, int number, int count) {
    Part part = read(path);
    GgufMetadata metadata = part.metadata();
    int foundNumber = metadata.requiredInteger(SPLIT_NUMBER, 0);
    int foundCount = metadata.requiredInteger(SPLIT_COUNT, 0);
    if (foundNumber != number || foundCount != count) {
      throw wrong(
          path,
          "part",
          (number + 1) + " of " + count,
          (foundNumber + 1) + " of " + foundCount + "; this is a part of another model");
    }
    return part;
  }

  private static Part read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(path + ": no such file; expected a GGUF file there");
    }
    try {
      FileIdentity identity = FileIdentity.of(path);
      return new Part(
          path,
          identity,
          UninterruptedChannel.of(
              path, channel -> GgufHeader.read(path, channel), StandardOpenOption.READ));
    } catch (IOException e) {
      throw new InvalidInputException(path + ": cannot be read: " + e, e);
    }
  }

  private static InvalidInputException wrong(
      Path path, String field, String expected, Object found) {
    return new InvalidInputException(
        path + ": " + field + ": expected " + expected + ", found " + found);
  }

  /** {@return the same file, open whether or not this one is closed, without reading it again} */
  public GgufFile again() {
    return new GgufFile(parts);
  }

  /** {@return the file that was opened} */
  public Path path() {
    return parts.get(0).path;
  }

  /** {@return all files of the model, the one that was opened first} */
  public List<Path> paths() {
    return parts.stream().map(Part::path).toList();
  }

  /** {@return the metadata} */
  public GgufMetadata metadata() {
    return parts.get(0).metadata();
  }

  /** Returns the tensors by name. */
  Map<String, GgufTensor> tensors() {
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    parts.forEach(part -> tensors.putAll(part.header.tensors()));
    return tensors;
  }

  /** Returns what messages call a tensor. */
  String place(GgufTensor tensor) {
    return Lookup.required(partOf, tensor.name()).path + ": " + GgufHeader.field(tensor.name());
  }

  /**
   * Returns bytes of a tensor as they are stored: read-only, direct, little-endian, mapped.
   *
   * @param offset counted from the tensor's first byte
   * @param size at most 2^31 − 1
   */
  ByteBuffer map(GgufTensor tensor, long offset, long size) {
    if (closed) {
      throw new FlowClosedException(path() + " is closed");
    }
    Part part = Lookup.required(partOf, tensor.name());
    long begin = part.header.dataStart() + tensor.begin() + offset;
    try {
      ByteBuffer mapped =
          UninterruptedChannel.of(
              part.path,
              channel -> channel.map(FileChannel.MapMode.READ_ONLY, begin, size),
              StandardOpenOption.READ);
      // After mapping: a file that takes the place of this one from now on is not what was mapped.
      part.identity.require(part.path);
      return mapped.order(ByteOrder.LITTLE_ENDIAN);
    } catch (NoSuchFileException e) {
      throw FileIdentity.gone(part.path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(place(tensor) + " cannot be mapped", e);
    }
  }

  /** Closes the file to further requests; buffers already handed out stay valid. */
  @Override
  public void close() {
    closed = true;
  }
}
