package dev.flowdpo.runtime.checkpoint;

import java.util.function.ToIntFunction;

/**
 * A linear layer of every decoder layer, in the order of the forward pass; these carry the LoRA
 * adapters. Weights are [out, in].
 */
public enum LinearLayer {
  /** Hidden state to queries. */
  QUERY("self_attn.q_proj", ModelConfig::hiddenSize, ModelConfig::queryWidth),
  /** Hidden state to keys. */
  KEY("self_attn.k_proj", ModelConfig::hiddenSize, ModelConfig::keyValueWidth),
  /** Hidden state to values. */
  VALUE("self_attn.v_proj", ModelConfig::hiddenSize, ModelConfig::keyValueWidth),
  /** Attention output to hidden state. */
  OUTPUT("self_attn.o_proj", ModelConfig::queryWidth, ModelConfig::hiddenSize),
  /** Hidden state to the gate of the feed-forward block. */
  GATE("mlp.gate_proj", ModelConfig::hiddenSize, ModelConfig::feedForwardSize),
  /** Hidden state to the gated values of the feed-forward block. */
  UP("mlp.up_proj", ModelConfig::hiddenSize, ModelConfig::feedForwardSize),
  /** Feed-forward block to hidden state. */
  DOWN("mlp.down_proj", ModelConfig::feedForwardSize, ModelConfig::hiddenSize);

  private final String path;

  // References to methods of a record, so without state of their own.
  @SuppressWarnings("ImmutableEnumChecker")
  private final ToIntFunction<ModelConfig> inputSize;

  @SuppressWarnings("ImmutableEnumChecker")
  private final ToIntFunction<ModelConfig> outputSize;

  LinearLayer(
      String path, ToIntFunction<ModelConfig> inputSize, ToIntFunction<ModelConfig> outputSize) {
    this.path = path;
    this.inputSize = inputSize;
    this.outputSize = outputSize;
  }

  /** {@return the layer's name inside its decoder layer, such as {@code self_attn.q_proj}} */
  public String path() {
    return path;
  }

  /** {@return the last part of the name, such as {@code q_proj}} */
  public String shortName() {
    return path.substring(path.indexOf('.') + 1);
  }

  /**
   * {@return the name of the module in the model, such as {@code model.layers.0.self_attn.q_proj}}
   *
   * @param layer the index of the decoder layer, from 0
   */
  public String module(int layer) {
    return "model.layers." + layer + "." + path;
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
}
