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
 * @param stored how matrices lie that the model's file already has in blocks, by name, where such
 *     blocks may stay; they do unless they have more bits than the format asks for
 */
public record MatrixFormats(
    String name,
    String digestName,
    Optional<BlockFormat> layers,
    Optional<BlockFormat> vocabulary,
    ImmutableMap<String, BlockLayout> stored) {
  private static final String VERSION = "blocks version 3 ";
  private static final BlockFormat EIGHT = new Int8Format();
  private static final BlockFormat FOUR = new Int4Format();

  /** Formats for a file that holds every element by itself. */
  public MatrixFormats(
      String name,
      String digestName,
      Optional<BlockFormat> layers,
      Optional<BlockFormat> vocabulary) {
    this(name, digestName, layers, vocabulary, ImmutableMap.of());
  }

  /** {@return all matrices in 32-bit floating point} */
  public static MatrixFormats full() {
    return of(Quantization.NONE);
  }

  /** {@return what a precision means for a file that holds every element by itself} */
  public static MatrixFormats of(Quantization quantization) {
    return of(quantization, ImmutableMap.of());
  }

  /**
   * {@return what a precision means for a file}
   *
   * @param stored the layouts of the matrices that the file holds in blocks, by name
   */
  public static MatrixFormats of(Quantization quantization, Map<String, BlockLayout> stored) {
    Optional<BlockFormat> none = Optional.empty();
    return switch (quantization) {
      case AS_STORED -> of(quantization, none, none, stored);
      case NONE -> of(quantization, none, none, Map.of());
      case INT8 -> of(quantization, Optional.of(EIGHT), Optional.of(EIGHT), stored);
      case INT4 -> of(quantization, Optional.of(FOUR), Optional.of(EIGHT), stored);
    };
  }

  private static MatrixFormats of(
      Quantization quantization,
      Optional<BlockFormat> layers,
      Optional<BlockFormat> vocabulary,
      Map<String, BlockLayout> stored) {
    return new MatrixFormats(
        quantization.name().toLowerCase(Locale.ROOT).replace('_', '-'),
        VERSION + quantization,
        layers,
        vocabulary,
        ImmutableMap.copyOf(stored));
  }

  /** {@return whether any matrix may be quantised} */
  public boolean quantize() {
    return layers.isPresent() || vocabulary.isPresent() || !stored.isEmpty();
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
    format = format.filter(found -> found.layout().divides(tensor.columns()));
    BlockLayout found = stored.get(tensor.name());
    if (found == null || format.filter(asked -> asked.layout().bits() < found.bits()).isPresent()) {
      return format;
    }
    return Optional.of(new StoredFormat(found));
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
