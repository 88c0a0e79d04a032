package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What a model's files hold, as the configuration and the headers of the weight files say: no
 * weight is read. Immutable and thread-safe.
 *
 * @param config the model
 * @param files the files of the weights
 * @param tensors the tensors of the model, in the order of the forward pass
 * @param stored how the tensors lie that the files hold in blocks, by name
 */
public record CheckpointContents(
    ModelConfig config,
    ImmutableList<WeightFile> files,
    ImmutableList<Tensor> tensors,
    ImmutableMap<String, BlockLayout> stored) {

  /** Contents of files that hold no tensor in blocks. */
  public CheckpointContents(
      ModelConfig config, ImmutableList<WeightFile> files, ImmutableList<Tensor> tensors) {
    this(config, files, tensors, ImmutableMap.of());
  }

  /**
   * A file of weights.
   *
   * @param name its name in its folder
   * @param bytes its size
   */
  public record WeightFile(String name, long bytes) {}

  /**
   * A tensor of the model.
   *
   * @param name its name, out of {@link ModelTensor#of}
   * @param kind what it is for
   * @param type the type in which it is stored, as its file names it, such as {@code BF16}
   * @param shape its sizes, outermost first
   */
  public record Tensor(String name, ParameterKind kind, String type, ImmutableList<Long> shape) {
    static Tensor of(ModelTensor tensor, String type) {
      return new Tensor(tensor.name(), tensor.kind(), type, tensor.shape());
    }

    /** {@return the tensor, whatever its type} */
    public ModelTensor tensor() {
      return new ModelTensor(name, kind, shape);
    }

    /** {@return the number of its elements} */
    public long elements() {
      return tensor().elements();
    }

    /** {@return whether it is a matrix that a vector is multiplied by, or looked up in} */
    public boolean isMatrix() {
      return kind.isMatrix();
    }
  }

  /**
   * Reads and checks a folder as {@link Checkpoint#open} does.
   *
   * @param folder the model folder
   * @return what is in it
   * @throws InvalidInputException if a file is missing or damaged, the architecture is not
   *     supported, or a tensor is missing, unknown, or of the wrong shape or type
   */
  public static CheckpointContents read(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return of(checkpoint);
    }
  }

  /** {@return what an open checkpoint holds} */
  public static CheckpointContents of(Checkpoint checkpoint) {
    ImmutableList.Builder<Tensor> tensors = ImmutableList.builder();
    ModelTensor.of(checkpoint.config())
        .forEach(tensor -> tensors.add(Tensor.of(tensor, checkpoint.storedType(tensor.name()))));
    ImmutableList<WeightFile> files =
        checkpoint.files().stream()
            .flatMap(file -> file.paths().stream())
            .map(CheckpointContents::weightFile)
            .collect(ImmutableList.toImmutableList());
    return new CheckpointContents(
        checkpoint.config(), files, tensors.build(), checkpoint.storedLayouts());
  }

  private static WeightFile weightFile(Path path) {
    try {
      return new WeightFile(String.valueOf(path.getFileName()), Files.size(path));
    } catch (IOException e) {
      throw new InvalidInputException(path + ": cannot be read: " + e, e);
    }
  }

  /** {@return the number of parameters of some tensors} */
  public long parameters(Predicate<Tensor> which) {
    return tensors.stream().filter(which).mapToLong(Tensor::elements).sum();
  }

  /** {@return the number of parameters, tied ones counted once} */
  public long parameters() {
    return parameters(tensor -> true);
  }

  /** {@return the size of all files of weights} */
  public long bytes() {
    return files.stream().mapToLong(WeightFile::bytes).sum();
  }
}
