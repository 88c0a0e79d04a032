package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteStreams;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.UninterruptedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A safetensors file, memory-mapped tensor by tensor.
 *
 * <p>The format: eight bytes with the header's length n (unsigned, little-endian), n bytes of JSON
 * that give each tensor's type, shape and place, then the data, without gaps and little-endian.
 * Opening reads and checks the whole header; data is mapped when it is asked for, so the file may
 * be larger than 2 GiB. A buffer holds at most 2 GiB of values; what is larger is read by
 * {@linkplain #floats(String, long, long) rows}.
 *
 * <p>Thread-safe, also for threads that are interrupted: the file itself is open only while a part
 * is mapped. Buffers stay valid after {@link #close}; the mapping behind a buffer goes when the
 * buffer is garbage. The file must not be changed while it is in use; where it was replaced by a
 * move, buffers stay valid, and what is asked for later is refused.
 */
public final class SafetensorsFile implements WeightSource {
  /** The longest header that is read, in bytes; the limit of the format's reference reader. */
  public static final long MAX_HEADER_BYTES = 100_000_000;

  private static final long BLOCK_BYTES = 1L << 28;

  private final Path path;
  private final FileIdentity identity;
  private final long dataStart;
  private final SafetensorsHeader header;

  private volatile boolean closed;

  private SafetensorsFile(
      Path path, FileIdentity identity, long dataStart, SafetensorsHeader header) {
    this.path = path;
    this.identity = identity;
    this.dataStart = dataStart;
    this.header = header;
  }

  /**
   * Opens the file and checks its header.
   *
   * @param path the file
   * @return the open file
   * @throws InvalidInputException if the file is missing, cannot be read, or is not a well-formed
   *     safetensors file: length of the header, JSON, types, shapes, offsets and the file's size
   *     must agree
   */
  public static SafetensorsFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(path + ": no such file; expected a safetensors file there");
    }
    try {
      FileIdentity identity = FileIdentity.of(path);
      return UninterruptedChannel.of(
          path, channel -> open(path, identity, channel), StandardOpenOption.READ);
    } catch (IOException e) {
      throw new InvalidInputException(path + ": cannot be read: " + e, e);
    }
  }

  private static SafetensorsFile open(Path path, FileIdentity identity, FileChannel channel)
      throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new InvalidInputException(
          path
              + ": expected at least 8 bytes with the length of the header, found "
              + size
              + "; the file is truncated or not a safetensors file");
    }
    InputStream stream = Channels.newInputStream(channel);
    long length =
        ByteBuffer.wrap(stream.readNBytes(Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new InvalidInputException(
          path
              + ": header length: expected at most "
              + MAX_HEADER_BYTES
              + " bytes, found "
              + Long.toUnsignedString(length)
              + "; the file is damaged or not a safetensors file");
    }
    long dataStart = Long.BYTES + length;
    if (dataStart > size) {
      throw new InvalidInputException(
          path
              + ": header length: expected at most the "
              + (size - Long.BYTES)
              + " bytes that follow it in the file, found "
              + length
              + "; the file is truncated or not a safetensors file");
    }
    Reader text =
        new InputStreamReader(
            ByteStreams.limit(stream, length),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    SafetensorsHeader header = SafetensorsHeader.parse(path, text, size - dataStart);
    return new SafetensorsFile(path, identity, dataStart, header);
  }

  /** {@return the file that was opened} */
  @Override
  public Path path() {
    return path;
  }

  /** {@return the tensors by name, in the order of their data} */
  public ImmutableMap<String, TensorInfo> tensors() {
    return header.tensors();
  }

  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** {@return the texts of the header's {@code __metadata__}, empty if there are none} */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * {@return what the header says of the tensor}
   *
   * @param name the name of a tensor
   * @throws InvalidInputException if the file has no such tensor
   */
  @Override
  public TensorInfo tensor(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new InvalidInputException(
          path
              + ": tensor \""
              + name
              + "\": expected it in the file, found only "
              + Names.shown(header.tensors().keySet()));
    }
    return info;
  }

  @Override
  public void requireReadable(String name) {
    var unused = dataType(name);
  }

  /**
   * {@return the type of a tensor that {@link #floats} can read}
   *
   * @param name the name of a tensor
   * @throws InvalidInputException if the file has no such tensor, or one of another type
   */
  public DataType dataType(String name) {
    TensorInfo info = tensor(name);
    return DataType.named(info.dtype())
        .orElseThrow(
            () ->
                new InvalidInputException(
                    path
                        + ": tensor \""
                        + name
                        + "\": expected dtype "
                        + Arrays.toString(DataType.values())
                        + ", found "
                        + info.dtype()
                        + "; convert the file to one of these"));
  }

  /**
   * {@return the tensor's values: read-only, direct, in native byte order, from position 0 to the
   * number of elements}
   *
   * <p>F32 data that is aligned to four bytes is mapped without a copy. F32 data elsewhere is
   * copied, F16 and BF16 data is converted, exactly, on every call.
   *
   * @param name the name of a tensor
   * @throws InvalidInputException if the file has no such tensor, one of another type than {@link
   *     DataType}, or one whose values take more than 2 GiB
   * @throws dev.flowdpo.error.FlowException if there is no room for a copy outside the heap
   * @throws FlowClosedException if this file is closed
   */
  @Override
  public FloatBuffer floats(String name) {
    DataType type = dataType(name);
    TensorInfo info = tensor(name);
    return floats(info, type, 0, info.byteSize() / type.bytes());
  }

  /**
   * {@return some of the tensor's rows, the slices along its first dimension: read-only, direct, in
   * native byte order, from position 0 to the number of elements}
   *
   * <p>Mapped, copied or converted as by {@link #floats(String)}, at any place of a tensor of any
   * size.
   *
   * @param name the name of a tensor of one dimension or more
   * @param firstRow the first row
   * @param rows the number of rows
   * @throws InvalidInputException if the file has no such tensor, one of another type than {@link
   *     DataType}, or if the values of the rows take more than 2 GiB
   * @throws IllegalArgumentException if the tensor does not have these rows
   * @throws dev.flowdpo.error.FlowException if there is no room for a copy outside the heap
   * @throws FlowClosedException if this file is closed
   */
  @Override
  public FloatBuffer floats(String name, long firstRow, long rows) {
    DataType type = dataType(name);
    TensorInfo info = tensor(name);
    long[] shape = info.shape();
    if (shape.length == 0 || firstRow < 0 || rows < 0 || rows > shape[0] - firstRow) {
      throw new IllegalArgumentException(
          "%s: tensor \"%s\": expected rows of shape %s, found %d rows from row %d on"
              .formatted(path, name, Arrays.toString(shape), rows, firstRow));
    }
    long width = shape[0] == 0 ? 0 : info.byteSize() / type.bytes() / shape[0];
    return floats(info, type, firstRow * width, rows * width);
  }

  private FloatBuffer floats(TensorInfo info, DataType type, long first, long elements) {
    if (elements > Integer.MAX_VALUE / Float.BYTES) {
      throw new InvalidInputException(
          path
              + ": tensor \""
              + info.name()
              + "\": expected at most "
              + Integer.MAX_VALUE / Float.BYTES
              + " elements, found "
              + elements
              + " in shape "
              + Arrays.toString(info.shape())
              + "; read fewer rows at a time");
    }
    ByteBuffer bytes = map(info, first * type.bytes(), elements * type.bytes());
    boolean readyToUse =
        type == DataType.F32
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            && bytes.alignmentOffset(0, Float.BYTES) == 0;
    if (readyToUse) {
      return bytes.asFloatBuffer();
    }
    return DirectFloats.copyOf(bytes, type, path + ": tensor \"" + info.name() + "\"");
  }

  /**
   * {@return the tensor's shape and values, as {@link #floats} does}
   *
   * @param name the name of a tensor
   */
  public FloatTensor read(String name) {
    return new FloatTensor(tensor(name).shape(), floats(name));
  }

  /**
   * {@return the bytes of a tensor of any type as they are stored: read-only, direct, mapped}
   *
   * @param name the name of a tensor
   * @throws InvalidInputException if the file has no such tensor, or it takes more than 2 GiB
   */
  ByteBuffer bytes(String name) {
    TensorInfo info = tensor(name);
    if (info.byteSize() > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "%s: tensor \"%s\": expected at most %d bytes, found %d"
              .formatted(path, name, Integer.MAX_VALUE, info.byteSize()));
    }
    return map(info, 0, info.byteSize());
  }

  /**
   * {@return the bytes of tensors that follow each other in the file, in one piece, as {@link
   * #bytes(String)} does}
   *
   * @param names the tensors, in the order of their data
   * @throws InvalidInputException if the file lacks one, or they take more than 2 GiB together, or
   *     others lie between them
   */
  ByteBuffer bytes(List<String> names) {
    TensorInfo first = tensor(names.get(0));
    long end = first.begin();
    for (String name : names) {
      TensorInfo info = tensor(name);
      if (info.begin() != end) {
        throw new InvalidInputException(
            "%s: tensor \"%s\": expected it to begin at byte %d of the data, behind \"%s\", found %d"
                .formatted(path, name, end, names.get(0), info.begin()));
      }
      end += info.byteSize();
    }
    if (end - first.begin() > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "%s: tensors %s: expected at most %d bytes together, found %d"
              .formatted(path, names, Integer.MAX_VALUE, end - first.begin()));
    }
    return map(first, 0, end - first.begin());
  }

  @Override
  public Optional<ByteBuffer> mapped(String name, DataType type, long firstRow, long rows) {
    TensorInfo info = tensor(name);
    if (dataType(name) != type || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return Optional.empty();
    }
    long width = info.byteSize() / info.shape()[0];
    ByteBuffer bytes = map(info, firstRow * width, rows * width);
    return bytes.alignmentOffset(0, type.bytes()) == 0 ? Optional.of(bytes) : Optional.empty();
  }

  @Override
  public void forEachBlock(String name, Consumer<ByteBuffer> reader) {
    TensorInfo info = tensor(name);
    for (long at = 0; at < info.byteSize(); at += BLOCK_BYTES) {
      reader.accept(map(info, at, Math.min(BLOCK_BYTES, info.byteSize() - at)));
    }
  }

  /**
   * Appends the bytes of the tensor to a channel as they are, whatever their type and number.
   *
   * @throws IOException if reading or writing fails
   */
  void copyTo(String name, FileChannel to) throws IOException {
    TensorInfo info = tensor(name);
    for (long at = 0; at < info.byteSize(); at += BLOCK_BYTES) {
      AtomicFiles.writeFully(to, map(info, at, Math.min(BLOCK_BYTES, info.byteSize() - at)));
    }
  }

  private ByteBuffer map(TensorInfo info, long offset, long size) {
    if (closed) {
      throw new FlowClosedException(path + " is closed");
    }
    try {
      ByteBuffer mapped =
          UninterruptedChannel.of(
              path,
              channel ->
                  channel.map(
                      FileChannel.MapMode.READ_ONLY, dataStart + info.begin() + offset, size),
              StandardOpenOption.READ);
      // After mapping: a file that takes the place of this one from now on is not what was mapped.
      identity.require(path);
      return mapped.order(ByteOrder.LITTLE_ENDIAN);
    } catch (NoSuchFileException e) {
      throw FileIdentity.gone(path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": tensor \"" + info.name() + "\" cannot be mapped", e);
    }
  }

  /** Closes the file to further requests; buffers already handed out stay valid. */
  @Override
  public void close() {
    closed = true;
  }
}
