package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.model.Quantization;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * In which block format each matrix of a model is held. Immutable and thread-safe.
 *
 * @param name the name in file names, such as {@code int4}
 * @param digestName what the digest that names a file of quantised weights begins with: another one
 *     is due when the same weights would give other codes or lie in another way
 * @param layers the format of the linear layers, or nothing for full precision
 * @param vocabulary the format of the token embeddings and the vocabulary projection, or nothing
 */
public record MatrixFormats(
    String name,
    String digestName,
    Optional<BlockFormat> layers,
    Optional<BlockFormat> vocabulary) {
  private static final String VERSION = "blocks-of-32 version 1 ";
  private static final BlockFormat EIGHT = new Int8Format();
  private static final BlockFormat FOUR = new Int4Format();

  /** {@return all matrices in 32-bit floating point} */
  public static MatrixFormats full() {
    return of(Quantization.NONE);
  }

  /** {@return what a precision means} */
  public static MatrixFormats of(Quantization quantization) {
    return switch (quantization) {
      case NONE -> of(quantization, Optional.empty(), Optional.empty());
      case INT8 -> of(quantization, Optional.of(EIGHT), Optional.of(EIGHT));
      case INT4 -> of(quantization, Optional.of(FOUR), Optional.of(EIGHT));
    };
  }

  private static MatrixFormats of(
      Quantization quantization, Optional<BlockFormat> layers, Optional<BlockFormat> vocabulary) {
    return new MatrixFormats(
        quantization.name().toLowerCase(Locale.ROOT), VERSION + quantization, layers, vocabulary);
  }

  /** {@return whether any matrix may be quantised} */
  public boolean quantize() {
    return layers.isPresent() || vocabulary.isPresent();
  }

  /**
   * {@return the format of a tensor, or nothing where it keeps full precision: vectors, and
   * matrices whose rows are no whole number of blocks}
   */
  public Optional<BlockFormat> of(ModelTensor tensor) {
    Optional<BlockFormat> format =
        switch (tensor.kind()) {
          case LINEAR -> layers;
          case EMBEDDING, HEAD -> vocabulary;
          case BIAS, NORM -> Optional.empty();
        };
    return format.filter(found -> found.layout().divides(tensor.columns()));
  }

  /**
   * {@return the formats of the matrices that are quantised, by name, in the order of the forward
   * pass}
   *
   * @param config the model
   */
  public Map<String, BlockFormat> of(ModelConfig config) {
    ImmutableMap.Builder<String, BlockFormat> formats = ImmutableMap.builder();
    ModelTensor.of(config)
        .forEach(tensor -> of(tensor).ifPresent(format -> formats.put(tensor.name(), format)));
    return formats.buildOrThrow();
  }
}
