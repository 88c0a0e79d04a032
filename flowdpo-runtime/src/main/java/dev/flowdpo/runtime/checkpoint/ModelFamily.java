package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a family of models means: the one place that knows it. Implementations have no state that
 * changes and are thread-safe.
 *
 * <p>To add a family, write one subclass, name it in {@link Architecture}, and add a fixture to the
 * PyTorch reference, whose tests then find the family by themselves. The subclass gives
 *
 * <ul>
 *   <li>the names in {@code config.json} and what its Hugging Face class assumes where the file
 *       says nothing ({@link ConfigDefaults}), to the constructor;
 *   <li>what its own keys mean ({@link #read}): a {@link DecoderVariant}, which says in what the
 *       decoder differs from the plain one, rotary embedding included. {@link BiasKeys}, {@link
 *       WindowKeys} and {@link ConfigSource} read the keys that families share;
 *   <li>the same keys for a file ({@link #write});
 *   <li>what its parts are called, where that is not as in Llama ({@link #names}).
 * </ul>
 *
 * <p>The sizes have the same keys in all families; {@link ModelConfigJson} reads them. Nothing else
 * in the engine knows families: graphs, adapters and estimates follow from {@link ModelConfig}. A
 * family that computes something which no other does needs a value for it in {@link DecoderVariant}
 * first, and the step in the decoder's graph.
 */
abstract class ModelFamily {
  static final String ACTIVATION = "hidden_act";

  private final String className;
  private final String modelType;
  private final ConfigDefaults defaults;

  /**
   * @param className the Hugging Face class, in the key {@code architectures}
   * @param modelType the key {@code model_type}
   */
  ModelFamily(String className, String modelType, ConfigDefaults defaults) {
    this.className = className;
    this.modelType = modelType;
    this.defaults = defaults;
  }

  final String className() {
    return className;
  }

  final String modelType() {
    return modelType;
  }

  final ConfigDefaults defaults() {
    return defaults;
  }

  /**
   * Reads what the file says beyond sizes.
   *
   * @param source the file
   * @param variant takes what differs from the plain decoder
   * @throws dev.flowdpo.error.InvalidInputException if a key has a value that the family does not
   *     know
   */
  abstract void read(ConfigSource source, DecoderVariant.Builder variant);

  /** Writes the family's own keys, so that {@link #read} gives the same variant. */
  void write(ModelConfig config, ObjectNode json) {
    json.put(ACTIVATION, config.variant().activation().configName());
    BiasKeys.write(config.variant(), json);
  }

  /** Returns what the model's parts are called: here, as in Llama. */
  TensorNames names() {
    return TensorNames.USUAL;
  }

  /**
   * Writes what a model of random weights needs beside its sizes, so that what it computes keeps a
   * usual magnitude: here, nothing.
   */
  void writeForRandomWeights(int headSize, ObjectNode json) {}
}
