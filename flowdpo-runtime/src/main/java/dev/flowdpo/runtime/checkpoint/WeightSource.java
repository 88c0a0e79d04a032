package dev.flowdpo.runtime.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Files that hold tensors of a model, under the names and in the shapes that they have in a Hugging
 * Face folder, whatever the files call them. Implementations are thread-safe; buffers stay valid
 * after {@link #close}.
 */
public interface WeightSource extends AutoCloseable {
  /** {@return the file that messages name} */
  Path path();

  /** {@return all files} */
  default List<Path> paths() {
    return List.of(path());
  }

  /** {@return the names of the tensors} */
  Set<String> names();

  /**
   * {@return what the file says of a tensor}
   *
   * @param name one of the {@link #names}
   * @throws dev.flowdpo.error.InvalidInputException if there is no such tensor
   */
  TensorInfo tensor(String name);

  /**
   * Checks that {@link #floats} can read a tensor.
   *
   * @throws dev.flowdpo.error.InvalidInputException if it is of another type
   */
  void requireReadable(String name);

  /**
   * {@return the values of a tensor: read-only, direct, in native byte order, from position 0 to
   * the number of elements}
   *
   * @throws dev.flowdpo.error.InvalidInputException if they take more than 2 GiB
   */
  FloatBuffer floats(String name);

  /**
   * {@return the values of some of a tensor's rows, the slices along its first dimension, as {@link
   * #floats(String)} returns them}
   *
   * @throws dev.flowdpo.error.InvalidInputException if they take more than 2 GiB
   * @throws IllegalArgumentException if the tensor has no such rows
   */
  FloatBuffer floats(String name, long firstRow, long rows);

  /**
   * {@return the bytes of some of a tensor's rows as they are stored, mapped: read-only, direct, in
   * native byte order; empty where they are of another type, or do not lie so that native code can
   * read them}
   */
  default Optional<ByteBuffer> mapped(String name, DataType type, long firstRow, long rows) {
    return Optional.empty();
  }

  /** {@return the blocks in which a file holds a matrix; empty where every element stands alone} */
  default Optional<StoredBlocks> blocks(String name) {
    return Optional.empty();
  }

  /** Shows the bytes of a tensor, as they are stored, to a reader, one block after the other. */
  void forEachBlock(String name, Consumer<ByteBuffer> reader);

  /** Closes the files to further requests. */
  @Override
  void close();
}
