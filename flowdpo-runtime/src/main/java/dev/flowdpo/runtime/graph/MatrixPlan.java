package dev.flowdpo.runtime.graph;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the graphs of a model hold its frozen matrices. Immutable and thread-safe.
 *
 * @param formats which matrices are quantised, and how
 * @param largestPart the most bytes of one tensor; a larger matrix is held in parts of whole rows
 * @param type the floating-point type of matrices without blocks, and of what is computed
 */
public record MatrixPlan(MatrixFormats formats, long largestPart, ElementType type) {
  /** A little below what a Java buffer can hold. */
  private static final long BUFFER_LIMIT = Integer.MAX_VALUE - 4096L;

  /** Checks the size. */
  public MatrixPlan {
    Preconditions.checkArgument(
        largestPart >= 1 && largestPart <= BUFFER_LIMIT,
        "largestPart: expected 1 to %s, found %s",
        BUFFER_LIMIT,
        largestPart);
  }

  /** In 32-bit floating point. */
  public MatrixPlan(MatrixFormats formats, long largestPart) {
    this(formats, largestPart, ElementType.FLOAT);
  }

  /** Returns the plan for matrices in this precision, of a file that holds none in blocks. */
  public static MatrixPlan of(Quantization quantization) {
    return of(MatrixFormats.of(quantization));
  }

  /** Returns the plan for matrices in these formats. */
  public static MatrixPlan of(MatrixFormats formats) {
    return new MatrixPlan(formats, BUFFER_LIMIT);
  }

  /** Returns this plan in another floating-point type. */
  public MatrixPlan in(ElementType value) {
    return new MatrixPlan(formats, largestPart, value);
  }

  /** Returns the plan for matrices in 32-bit floating point. */
  public static MatrixPlan full() {
    return of(Quantization.NONE);
  }

  /**
   * Declares a matrix as weights of a graph.
   *
   * @param exact whether quantised matrices compute exactly, for training, or fast
   */
  FrozenMatrix matrix(Graph graph, ModelTensor tensor, boolean exact) {
    String name = tensor.name();
    long outputs = tensor.rows();
    long inputs = tensor.columns();
    return formats
        .of(tensor)
        .<FrozenMatrix>map(
            format ->
                new QuantizedMatrix(
                    graph,
                    format.layout(),
                    ImmutableList.of(name),
                    outputs,
                    inputs,
                    exact,
                    largestPart))
        .orElseGet(() -> dense(graph, name, outputs, inputs));
  }

  /**
   * Declares matrices that read the same input as one, for fast products: fewer of them, which are
   * fuller. They must follow each other in the forward pass.
   *
   * @return nothing where they are not quantised, or not alike, or too large together
   */
  Optional<FrozenMatrix> joined(Graph graph, List<ModelTensor> tensors) {
    Set<Optional<BlockLayout>> layouts =
        tensors.stream()
            .map(tensor -> formats.of(tensor).map(BlockFormat::layout))
            .collect(Collectors.toSet());
    Optional<BlockLayout> layout =
        layouts.size() == 1 ? layouts.iterator().next() : Optional.empty();
    long outputs = tensors.stream().mapToLong(ModelTensor::rows).sum();
    long inputs = tensors.get(0).columns();
    return layout
        .filter(found -> outputs * found.rowBytes(inputs) <= largestPart)
        .map(
            found ->
                new QuantizedMatrix(
                    graph,
                    found,
                    tensors.stream().map(ModelTensor::name).collect(toImmutableList()),
                    outputs,
                    inputs,
                    false,
                    largestPart));
  }

  private FrozenMatrix dense(Graph graph, String tensor, long outputs, long inputs) {
    long most = Math.max(1, largestPart / (type.bytes() * inputs));
    if (outputs <= most) {
      return new FrozenMatrix.Dense(
          graph.weight(new FrozenData.Matrix(tensor), type, Shape.of(outputs, inputs)));
    }
    ImmutableList.Builder<Value> parts = ImmutableList.builder();
    for (long first = 0; first < outputs; first += most) {
      int rows = (int) Math.min(most, outputs - first);
      parts.add(
          graph.weight(new FrozenData.RowPart(tensor, first, rows), type, Shape.of(rows, inputs)));
    }
    return new FrozenMatrix.Dense(parts.build());
  }
}
