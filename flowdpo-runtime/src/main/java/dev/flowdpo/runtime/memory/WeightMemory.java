package dev.flowdpo.runtime.memory;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.CheckpointContents.Tensor;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ParameterKind;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What frozen weights take: one copy for all graphs, and the packed copies of some graphs.
 *
 * <p>Full precision is 4 bytes a parameter, or 2 where graphs compute in 16 bits, in mapped files
 * where it is stored so, else converted to direct memory. Quantised matrices ({@link BlockLayout})
 * are mapped from a file of their own. Immutable and thread-safe.
 */
final class WeightMemory {
  private final CheckpointContents contents;
  private final MatrixFormats formats;
  private final WeightPacking packing;
  private final DataType type;

  /**
   * @param type that of matrices without blocks
   */
  WeightMemory(
      CheckpointContents contents,
      Quantization quantization,
      WeightPacking packing,
      DataType type) {
    this.contents = contents;
    this.type = type;
    this.formats = MatrixFormats.of(quantization, contents.stored());
    this.packing = packing;
  }

  /** Returns the copy that all graphs share. */
  List<MemoryPart> shared() {
    Predicate<Tensor> full = tensor -> layout(tensor).isEmpty();
    return ImmutableList.of(
        new MemoryPart(
            "weights, %s as stored".formatted(type),
            MemoryPlace.MAPPED_FILES,
            bytes(full.and(tensor -> isPlain(tensor)))),
        new MemoryPart(
            "weights, converted to %s".formatted(type),
            MemoryPlace.DIRECT,
            bytes(full.and(tensor -> !isPlain(tensor)))),
        new MemoryPart(
            "weights, " + formats.name(), MemoryPlace.MAPPED_FILES, bytes(full.negate())));
  }

  /** Returns the packed copies that the graphs for decoding hold: chunks, and prefill. */
  MemoryPart packedForDecoding() {
    int copies =
        switch (packing) {
          case NONE -> formats.quantize() ? 2 : 0;
          case DECODING -> formats.quantize() ? 2 : 1;
          case ALL -> 2;
        };
    return packed("packed matrices for decoding", copies, this::isMultiplied);
  }

  /**
   * Returns the packed copies that the graphs for training hold: scoring, forward, backward. There
   * are none of quantised matrices, as training makes their values from the codes.
   */
  MemoryPart packedForTraining() {
    return packed(
        "packed matrices for training",
        packing == WeightPacking.ALL ? 3 : 0,
        tensor -> isMultiplied(tensor) && layout(tensor).isEmpty());
  }

  private MemoryPart packed(String name, int copies, Predicate<Tensor> which) {
    String label = copies > 1 ? name + ", " + copies + " copies" : name;
    // Products of integers also want the sum of every block, as a float.
    long sums =
        contents.tensors().stream()
            .filter(which)
            .mapToLong(
                tensor -> layout(tensor).map(found -> found.blocks(tensor.elements())).orElse(0L))
            .sum();
    return new MemoryPart(label, MemoryPlace.NATIVE, copies * (bytes(which) + Float.BYTES * sums));
  }

  /** Returns whether graphs use the tensor where its file is mapped. */
  private boolean isPlain(Tensor tensor) {
    return tensor.type().equals(typeOf(tensor).name());
  }

  private DataType typeOf(Tensor tensor) {
    return tensor.isMatrix() ? type : DataType.F32;
  }

  /** Returns whether a graph multiplies by the tensor, and does not only look rows up in it. */
  private boolean isMultiplied(Tensor tensor) {
    return tensor.isMatrix()
        && (tensor.kind() != ParameterKind.EMBEDDING || contents.config().tiedEmbeddings());
  }

  private Optional<BlockLayout> layout(Tensor tensor) {
    return formats.of(tensor.tensor()).map(BlockFormat::layout);
  }

  private long bytes(Predicate<Tensor> which) {
    return contents.tensors().stream().filter(which).mapToLong(this::bytes).sum();
  }

  private long bytes(Tensor tensor) {
    return layout(tensor)
        .map(layout -> tensor.tensor().rows() * layout.bytes(tensor.tensor().columns()))
        .orElse(typeOf(tensor).bytes() * tensor.elements());
  }
}
