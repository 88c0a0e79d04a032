package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import java.util.List;

/**
 * A tensor that checkpoints of a model have. Immutable and thread-safe.
 *
 * @param name its name
 * @param kind what it is for
 * @param shape its sizes, outermost first; matrices are [out, in]
 */
public record ModelTensor(String name, ParameterKind kind, ImmutableList<Long> shape) {
  /** {@return a matrix {@code [outputs, inputs]}} */
  public static ModelTensor matrix(String name, ParameterKind kind, long outputs, long inputs) {
    return of(name, kind, outputs, inputs);
  }

  private static ModelTensor of(String name, ParameterKind kind, long... sizes) {
    return new ModelTensor(name, kind, ImmutableList.copyOf(Longs.asList(sizes)));
  }

  /**
   * {@return every tensor of a model, in the order of the forward pass}
   *
   * <p>The vocabulary projection is among them only where embeddings are untied.
   *
   * @param config the model
   */
  public static List<ModelTensor> of(ModelConfig config) {
    TensorNames names = config.names();
    long hidden = config.hiddenSize();
    ImmutableList.Builder<ModelTensor> tensors = ImmutableList.builder();
    tensors.add(
        of(
            TensorNames.weight(names.embeddings()),
            ParameterKind.EMBEDDING,
            config.vocabularySize(),
            hidden));
    for (int layer = 0; layer < config.layers(); layer++) {
      for (LayerNorm norm : LayerNorm.of(config)) {
        String module = names.module(layer, norm);
        tensors.add(of(TensorNames.weight(module), ParameterKind.NORM, norm.width(config)));
      }
      for (LinearLayer linear : LinearLayer.of(config)) {
        String module = names.module(layer, linear);
        long outputs = linear.outputSize(config);
        tensors.add(
            of(
                TensorNames.weight(module),
                ParameterKind.LINEAR,
                outputs,
                linear.inputSize(config)));
        if (linear.hasBias(config)) {
          tensors.add(of(TensorNames.bias(module), ParameterKind.BIAS, outputs));
        }
      }
    }
    tensors.add(of(TensorNames.weight(names.lastNorm()), ParameterKind.NORM, hidden));
    if (!config.tiedEmbeddings()) {
      tensors.add(
          of(
              TensorNames.weight(names.vocabularyProjection()),
              ParameterKind.HEAD,
              config.vocabularySize(),
              hidden));
    }
    return tensors.build();
  }

  /** {@return its sizes, outermost first} */
  public long[] sizes() {
    return Longs.toArray(shape);
  }

  /** {@return the number of its elements} */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** {@return its outermost size: for a matrix, the number of its rows} */
  public long rows() {
    return shape.get(0);
  }

  /** {@return its innermost size: for a matrix, that of a row} */
  public long columns() {
    return shape.get(shape.size() - 1);
  }
}
