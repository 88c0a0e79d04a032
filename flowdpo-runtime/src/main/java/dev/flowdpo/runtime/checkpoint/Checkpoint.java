package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.LeakDetector;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The configuration and the weights of a model, in a Hugging Face folder or in another {@link
 * WeightSource}.
 *
 * <p>A folder holds {@code config.json} and either {@code model.safetensors} or shards named by
 * {@code model.safetensors.index.json}. Opening checks that every tensor of the architecture is
 * there, with its shape and in a type that can be read, and that there is none that the
 * architecture does not know. Weights are mapped from the file when they are asked for.
 *
 * <p>Thread-safe. Buffers stay valid after {@link #close}.
 */
public final class Checkpoint implements AutoCloseable {
  /** The file of the configuration in a model folder. */
  public static final String CONFIG_FILE = "config.json";

  /** The file of the weights in a model folder without shards. */
  public static final String WEIGHTS_FILE = "model.safetensors";

  /** How many values are in 32 bits at once while they become 16. */
  private static final long NARROWED_AT_ONCE = 1 << 20;

  private final Path path;
  private final ModelConfig config;
  private final String describedBy;
  private final List<? extends WeightSource> files;
  private final ImmutableMap<String, WeightSource> fileOf;
  private final Map<String, FloatBuffer> converted = new ConcurrentHashMap<>();
  private final LeakDetector.Handle open;

  private Checkpoint(
      Path path, ModelConfig config, String describedBy, List<? extends WeightSource> files) {
    this.path = path;
    this.config = config;
    this.describedBy = describedBy;
    this.files = files;
    this.fileOf = fileOfEach(files);
    this.open = LeakDetector.opened(this, "The checkpoint " + path);
  }

  /**
   * Opens the folder and checks it.
   *
   * @param folder the model folder
   * @return the open checkpoint
   * @throws InvalidInputException if a file is missing or damaged, the architecture is not
   *     supported, or a tensor is missing, unknown, or of the wrong shape or type
   */
  public static Checkpoint open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder
              + ": expected a model folder with "
              + CONFIG_FILE
              + " and "
              + WEIGHTS_FILE
              + ", found no such folder");
    }
    ModelConfig config = ModelConfig.read(folder.resolve(CONFIG_FILE));
    return of(folder, config, CONFIG_FILE, WeightFiles.open(folder));
  }

  /**
   * Checks the tensors of files against a configuration.
   *
   * @param path the model's folder or file
   * @param config the model
   * @param describedBy what the configuration was read from, for messages
   * @param files the files of the weights, which close with the result
   * @return the open checkpoint
   * @throws InvalidInputException if a tensor is missing, unknown, or of the wrong shape or type;
   *     the files are closed then
   */
  public static Checkpoint of(
      Path path, ModelConfig config, String describedBy, List<? extends WeightSource> files) {
    try {
      Checkpoint checkpoint = new Checkpoint(path, config, describedBy, files);
      try {
        checkpoint.checkTensors();
        return checkpoint;
      } catch (RuntimeException e) {
        checkpoint.open.closed();
        throw e;
      }
    } catch (RuntimeException e) {
      files.forEach(WeightSource::close);
      throw e;
    }
  }

  /**
   * {@return the name and shape of every tensor of the model, in the order of {@link
   * ModelTensor#of}}
   *
   * @param config the model
   */
  public static ImmutableMap<String, long[]> expectedTensors(ModelConfig config) {
    ImmutableMap.Builder<String, long[]> tensors = ImmutableMap.builder();
    ModelTensor.of(config).forEach(tensor -> tensors.put(tensor.name(), tensor.sizes()));
    return tensors.buildOrThrow();
  }

  /** {@return the model's configuration} */
  public ModelConfig config() {
    return config;
  }

  /** {@return the folder or the file that was opened} */
  public Path path() {
    return path;
  }

  /** {@return the model's folder; that in which it lies if it is a file} */
  public Path folder() {
    return Files.isDirectory(path) ? path : path.toAbsolutePath().resolveSibling("");
  }

  /**
   * {@return the values of a tensor: read-only, direct, in native byte order, from position 0 to
   * the number of elements}
   *
   * <p>Aligned F32 data is mapped from the file without a copy. Other data is converted once and
   * kept until this checkpoint is closed; every call returns a buffer of its own over the same
   * values.
   *
   * @param name a name out of {@link #expectedTensors}
   * @throws InvalidInputException if the values take more than 2 GiB
   * @throws IllegalArgumentException if the architecture has no such tensor
   * @throws dev.flowdpo.error.FlowClosedException if this checkpoint is closed
   */
  public FloatBuffer weight(String name) {
    WeightSource file = file(name);
    return converted.computeIfAbsent(name, file::floats).duplicate();
  }

  /**
   * {@return the values of some of a tensor's rows, the slices along its first dimension:
   * read-only, direct, in native byte order, from position 0 to the number of elements}
   *
   * <p>This is the way to tensors whose values take more than 2 GiB. Aligned F32 data is mapped
   * from the file without a copy. Other data is converted on every call and, unlike whole tensors,
   * not kept here, so that a reader can go through a large tensor with little memory.
   *
   * @param name a name out of {@link #expectedTensors}
   * @param firstRow the first row
   * @param rows the number of rows
   * @throws InvalidInputException if the values of the rows take more than 2 GiB
   * @throws IllegalArgumentException if the architecture has no such tensor, or it has no such rows
   * @throws dev.flowdpo.error.FlowClosedException if this checkpoint is closed
   */
  public FloatBuffer weight(String name, long firstRow, long rows) {
    return file(name).floats(name, firstRow, rows);
  }

  /**
   * {@return the values of some of a matrix's rows in a type of 16 bits: direct, in native byte
   * order}
   *
   * <p>Where the file has them in this type they are mapped from it without a copy; else they are
   * converted, a few rows at a time, on every call.
   *
   * @param name a name out of {@link #expectedTensors}
   * @throws InvalidInputException if a value is larger than the type holds
   */
  public ByteBuffer halves(String name, DataType type, long firstRow, long rows) {
    return file(name)
        .mapped(name, type, firstRow, rows)
        .orElseGet(
            () -> {
              long columns = shape(name)[1];
              String what = path + ": tensor \"" + name + "\"";
              ByteBuffer all = DirectFloats.allocateBytes(rows * columns * type.bytes(), what);
              long step = Math.max(1, NARROWED_AT_ONCE / columns);
              for (long row = 0; row < rows; row += step) {
                DirectFloats.narrow(
                    weight(name, firstRow + row, Math.min(step, rows - row)), type, all, what);
              }
              return all.flip();
            });
  }

  /**
   * {@return the shape of a tensor}
   *
   * @param name a name out of {@link #expectedTensors}
   * @throws IllegalArgumentException if the architecture has no such tensor
   */
  public long[] shape(String name) {
    return file(name).tensor(name).shape();
  }

  /**
   * {@return 32 hexadecimal digits that tell the configuration and the weights from others, by
   * reading all of them}
   */
  public String digest() {
    List<String> names = expectedTensors(config).keySet().stream().sorted().toList();
    return WeightDigest.of(this, "model " + config, names);
  }

  /**
   * {@return the blocks in which the file holds a tensor, or nothing where it holds every element
   * by itself, as safetensors files do}
   *
   * @param name a name out of {@link #expectedTensors}
   */
  public Optional<StoredBlocks> blocks(String name) {
    return file(name).blocks(name);
  }

  /** {@return how the tensors lie that the file holds in blocks, by name} */
  public ImmutableMap<String, BlockLayout> storedLayouts() {
    ImmutableMap.Builder<String, BlockLayout> layouts = ImmutableMap.builder();
    for (String name : expectedTensors(config).keySet()) {
      blocks(name).ifPresent(blocks -> layouts.put(name, blocks.layout()));
    }
    return layouts.buildOrThrow();
  }

  /** {@return what the file says of a tensor} */
  TensorInfo info(String name) {
    return file(name).tensor(name);
  }

  /** Shows the bytes of a tensor, as they are stored, to a reader, one block after the other. */
  void forEachBlock(String name, Consumer<ByteBuffer> reader) {
    file(name).forEachBlock(name, reader);
  }

  /**
   * {@return the type in which a tensor is stored, as its file names it, such as {@code BF16}}
   *
   * @param name a name out of {@link #expectedTensors}
   * @throws IllegalArgumentException if the architecture has no such tensor
   */
  public String storedType(String name) {
    return info(name).dtype();
  }

  /** Returns the files of the weights. */
  List<? extends WeightSource> files() {
    return files;
  }

  /** Closes the files; buffers already handed out stay valid. */
  @Override
  public void close() {
    files.forEach(WeightSource::close);
    converted.clear();
    open.closed();
  }

  private WeightSource file(String name) {
    WeightSource file = fileOf.get(name);
    if (file == null) {
      throw new IllegalArgumentException(
          path + " has no tensor \"" + name + "\"; it has " + Names.shown(fileOf.keySet()));
    }
    return file;
  }

  private static ImmutableMap<String, WeightSource> fileOfEach(List<? extends WeightSource> files) {
    ImmutableMap.Builder<String, WeightSource> fileOf = ImmutableMap.builder();
    Set<String> seen = new HashSet<>();
    for (WeightSource file : files) {
      for (String name : file.names()) {
        if (!seen.add(name)) {
          throw new InvalidInputException(
              file.path()
                  + ": tensor \""
                  + name
                  + "\": expected it in one shard, found it in another one too");
        }
        fileOf.put(name, file);
      }
    }
    return fileOf.buildOrThrow();
  }

  private void checkTensors() {
    Map<String, long[]> expected = expectedTensors(config);
    List<String> missing = without(expected.keySet(), fileOf.keySet()).toList();
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          path
              + ": expected the "
              + expected.size()
              + " tensors that "
              + describedBy
              + " describes, found these missing: "
              + Names.shown(missing));
    }
    List<String> unknown =
        without(fileOf.keySet(), expected.keySet()).filter(this::isNotHarmless).toList();
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          path
              + ": expected only the tensors that "
              + describedBy
              + " describes, found also "
              + Names.shown(unknown)
              + "; the model computes with something that is not supported");
    }
    expected.forEach(this::checkTensor);
  }

  private void checkTensor(String name, long[] shape) {
    WeightSource file = file(name);
    file.requireReadable(name);
    long[] found = file.tensor(name).shape();
    if (!Arrays.equals(shape, found)) {
      throw new InvalidInputException(
          file.path()
              + ": tensor \""
              + name
              + "\": expected shape "
              + Arrays.toString(shape)
              + " from "
              + describedBy
              + ", found "
              + Arrays.toString(found));
    }
  }

  /** Rotary frequencies follow from the configuration; a tied head repeats the embedding. */
  private boolean isNotHarmless(String name) {
    return !name.endsWith(".rotary_emb.inv_freq")
        && !(config.tiedEmbeddings()
            && name.equals(TensorNames.weight(config.names().vocabularyProjection())));
  }

  private static Stream<String> without(Collection<String> names, Collection<String> others) {
    return names.stream().filter(name -> !others.contains(name));
  }
}
