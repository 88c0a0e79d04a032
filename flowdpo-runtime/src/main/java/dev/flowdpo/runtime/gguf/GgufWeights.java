package dev.flowdpo.runtime.gguf;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.DirectFloats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.StoredBlocks;
import dev.flowdpo.runtime.checkpoint.TensorInfo;
import dev.flowdpo.runtime.checkpoint.WeightSource;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The tensors of a GGUF file as a folder of the same model has them: by the folder's names, rows of
 * queries and keys in its order, and norms as it counts them. Thread-safe.
 */
final class GgufWeights implements WeightSource {
  private static final long BLOCK_BYTES = 1L << 28;
  private static final int PIECE = 1 << 20;

  /** What belongs to the configuration. */
  static final Set<String> ROTARY =
      Set.of("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight");

  private final GgufFile file;
  private final ImmutableMap<String, Stored> tensors;

  /**
   * A tensor.
   *
   * @param heads the heads whose rows lie pair by pair; 0 where rows lie as in a folder
   * @param onesAdded whether the file holds 1 + weight
   */
  record Stored(GgufTensor tensor, int heads, boolean onesAdded) {
    /** Returns the row of the file that holds a row of the folder. */
    long row(long row) {
      return PairedRows.inFile(row, tensor.rows(), heads);
    }
  }

  private GgufWeights(GgufFile file, ImmutableMap<String, Stored> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Finds the tensors of a model.
   *
   * @throws InvalidInputException if one is missing, or there is one that the model has not
   */
  static GgufWeights of(GgufFile file, ModelConfig config) {
    GgufFamily family = GgufFamily.of(file.metadata());
    Map<String, GgufTensor> found = file.tensors();
    ImmutableMap.Builder<String, Stored> tensors = ImmutableMap.builder();
    Set<String> unknown = new TreeSet<>(found.keySet());
    Set<String> missing = new TreeSet<>();
    for (GgufNames.Name name : GgufNames.of(config)) {
      GgufTensor tensor = found.get(name.inFile());
      if (tensor == null) {
        missing.add(name.inFile());
      } else {
        unknown.remove(name.inFile());
        int heads = family.pairsSideBySide() ? name.rotatedHeads() : 0;
        tensors.put(
            name.inFolder(), new Stored(tensor, heads, family.onesInNorms() && name.norm()));
      }
    }
    unknown.removeAll(ROTARY);
    if (!missing.isEmpty()) {
      throw wrong(file, "expected the tensors of its keys", "found these missing", missing);
    }
    if (!unknown.isEmpty()) {
      throw wrong(
          file,
          "expected only the tensors of its keys",
          "found also some that compute what is not supported",
          unknown);
    }
    return new GgufWeights(file, tensors.buildOrThrow());
  }

  private static InvalidInputException wrong(
      GgufFile file, String expected, String found, Set<String> names) {
    String shown = String.join(", ", names.stream().limit(8).toList());
    return new InvalidInputException(
        "%s: %s, %s: %s%s"
            .formatted(
                file.path(),
                expected,
                found,
                shown,
                names.size() > 8 ? " and " + (names.size() - 8) + " more" : ""));
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public List<Path> paths() {
    return file.paths();
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public TensorInfo tensor(String name) {
    GgufTensor tensor = stored(name).tensor;
    return new TensorInfo(name, tensor.type().name(), tensor.sizes(), tensor.begin(), tensor.end());
  }

  /** Vectors are read element by element, so each must stand alone. */
  @Override
  public void requireReadable(String name) {
    GgufTensor tensor = stored(name).tensor;
    if (stored(name).heads > 0 && tensor.bytes() > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          file.place(tensor) + ": expected at most 2 GiB, found " + tensor.bytes() + " bytes");
    }
    if (tensor.shape().size() == 1 && tensor.type().elements() > 1) {
      throw new InvalidInputException(
          file.place(tensor) + ": expected a vector of F32, F16 or BF16, found " + tensor.type());
    }
  }

  private Stored stored(String name) {
    return Lookup.required(tensors, name);
  }

  @Override
  public FloatBuffer floats(String name) {
    return floats(name, 0, stored(name).tensor.rows());
  }

  @Override
  public FloatBuffer floats(String name, long firstRow, long rows) {
    Stored stored = stored(name);
    GgufTensor tensor = stored.tensor;
    if (firstRow < 0 || rows < 0 || rows > tensor.rows() - firstRow) {
      throw new IllegalArgumentException(
          "%s: expected rows of shape %s, found %d rows from row %d on"
              .formatted(file.place(tensor), Arrays.toString(tensor.sizes()), rows, firstRow));
    }
    long columns = tensor.columns();
    if (rows * columns > Integer.MAX_VALUE / Float.BYTES) {
      throw new InvalidInputException(
          "%s: expected at most %d elements, found %d; read fewer rows at a time"
              .formatted(file.place(tensor), Integer.MAX_VALUE / Float.BYTES, rows * columns));
    }
    long rowBytes = tensor.bytes() / tensor.rows();
    boolean asTheyAre = stored.heads == 0 && !stored.onesAdded;
    // Rows in another order come out of the whole matrix.
    ByteBuffer bytes =
        stored.heads > 0
            ? file.map(tensor, 0, tensor.bytes())
            : file.map(tensor, firstRow * rowBytes, rows * rowBytes);
    if (asTheyAre
        && tensor.type() == GgufType.F32
        && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        && bytes.alignmentOffset(0, Float.BYTES) == 0) {
      return bytes.asFloatBuffer();
    }
    FloatBuffer values = DirectFloats.allocate((int) (rows * columns), file.place(tensor));
    int pieceRows = (int) Math.max(1, PIECE / columns);
    IntStream.range(0, (int) ((rows + pieceRows - 1) / pieceRows))
        .parallel()
        .forEach(
            piece -> {
              long from = (long) piece * pieceRows;
              int count = (int) Math.min(pieceRows, rows - from);
              FloatBuffer into = values.slice((int) (from * columns), (int) (count * columns));
              if (stored.heads == 0) {
                read(tensor, bytes, from * rowBytes, count * rowBytes, into);
              } else {
                for (long row = firstRow + from; row < firstRow + from + count; row++) {
                  read(tensor, bytes, stored.row(row) * rowBytes, rowBytes, into);
                }
              }
              if (stored.onesAdded) {
                for (int i = 0; i < into.limit(); i++) {
                  into.put(i, into.get(i) - 1);
                }
              }
            });
    return values.asReadOnlyBuffer();
  }

  private static void read(
      GgufTensor tensor, ByteBuffer bytes, long at, long size, FloatBuffer into) {
    tensor.type().dequantize(bytes.slice((int) at, (int) size), into);
  }

  @Override
  public Optional<StoredBlocks> blocks(String name) {
    Stored stored = stored(name);
    GgufTensor tensor = stored.tensor;
    if (tensor.shape().size() != 2) {
      return Optional.empty();
    }
    long rowBytes = tensor.bytes() / tensor.rows();
    Supplier<ByteBuffer> whole = Suppliers.memoize(() -> file.map(tensor, 0, tensor.bytes()));
    boolean small = tensor.bytes() <= Integer.MAX_VALUE;
    return GgufBlocks.of(
        tensor.type(),
        tensor.columns(),
        row -> {
          long at = stored.row(row) * rowBytes;
          return small
              ? whole.get().slice((int) at, (int) rowBytes)
              : file.map(tensor, at, rowBytes);
        });
  }

  @Override
  public void forEachBlock(String name, Consumer<ByteBuffer> reader) {
    GgufTensor tensor = stored(name).tensor;
    for (long at = 0; at < tensor.bytes(); at += BLOCK_BYTES) {
      reader.accept(file.map(tensor, at, Math.min(BLOCK_BYTES, tensor.bytes() - at)));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
