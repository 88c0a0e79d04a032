package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import java.util.function.ToIntFunction;

/**
 * A linear layer of a decoder layer, in the order of the forward pass; these carry the LoRA
 * adapters. Weights are [out, in]. A model has either the fused layers or those they replace: see
 * {@link #of}. What they are called is in {@link TensorNames}.
 */
public enum LinearLayer {
  /** Hidden state to queries. */
  QUERY(ModelConfig::hiddenSize, ModelConfig::queryWidth),
  /** Hidden state to keys. */
  KEY(ModelConfig::hiddenSize, ModelConfig::keyValueWidth),
  /** Hidden state to values. */
  VALUE(ModelConfig::hiddenSize, ModelConfig::keyValueWidth),
  /** Hidden state to queries, keys and values, one after the other. */
  QUERY_KEY_VALUE(
      ModelConfig::hiddenSize, config -> config.queryWidth() + 2 * config.keyValueWidth()),
  /** Attention output to hidden state. */
  OUTPUT(ModelConfig::queryWidth, ModelConfig::hiddenSize),
  /** Hidden state to the gate of the feed-forward block. */
  GATE(ModelConfig::hiddenSize, ModelConfig::feedForwardSize),
  /** Hidden state to the gated values of the feed-forward block. */
  UP(ModelConfig::hiddenSize, ModelConfig::feedForwardSize),
  /** Hidden state to the gate, then to the gated values. */
  GATE_UP(ModelConfig::hiddenSize, config -> 2 * config.feedForwardSize()),
  /** Feed-forward block to hidden state. */
  DOWN(ModelConfig::feedForwardSize, ModelConfig::hiddenSize);

  private static final ImmutableList<LinearLayer> SEPARATE =
      ImmutableList.of(QUERY, KEY, VALUE, OUTPUT, GATE, UP, DOWN);

  private static final ImmutableList<LinearLayer> FUSED =
      ImmutableList.of(QUERY_KEY_VALUE, OUTPUT, GATE_UP, DOWN);

  // References to methods of a record, so without state of their own.
  @SuppressWarnings("ImmutableEnumChecker")
  private final ToIntFunction<ModelConfig> inputSize;

  @SuppressWarnings("ImmutableEnumChecker")
  private final ToIntFunction<ModelConfig> outputSize;

  LinearLayer(ToIntFunction<ModelConfig> inputSize, ToIntFunction<ModelConfig> outputSize) {
    this.inputSize = inputSize;
    this.outputSize = outputSize;
  }

  /**
   * {@return the linear layers that every decoder layer of this model has, in the order of the
   * forward pass}
   *
   * @param config the model
   */
  public static ImmutableList<LinearLayer> of(ModelConfig config) {
    return config.variant().fusedProjections() ? FUSED : SEPARATE;
  }

  /**
   * {@return the name of the module in the model, such as {@code model.layers.0.self_attn.q_proj}}
   *
   * @param config the model
   * @param layer the index of the decoder layer, from 0
   */
  public String module(ModelConfig config, int layer) {
    return config.names().module(layer, this);
  }

  /**
   * {@return the number of inputs in a model of this configuration}
   *
   * @param config the model
   */
  public int inputSize(ModelConfig config) {
    return inputSize.applyAsInt(config);
  }

  /**
   * {@return the number of outputs in a model of this configuration}
   *
   * @param config the model
   */
  public int outputSize(ModelConfig config) {
    return outputSize.applyAsInt(config);
  }

  /**
   * {@return whether the layer adds a bias [out] in a model of this configuration}
   *
   * @param config the model
   */
  public boolean hasBias(ModelConfig config) {
    DecoderVariant variant = config.variant();
    return switch (this) {
      case QUERY, KEY, VALUE, QUERY_KEY_VALUE -> variant.attentionInputBias();
      case OUTPUT -> variant.attentionOutputBias();
      case GATE, UP, GATE_UP, DOWN -> variant.feedForwardBias();
    };
  }
}
