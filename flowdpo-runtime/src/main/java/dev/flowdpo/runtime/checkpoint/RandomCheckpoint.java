package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import dev.flowdpo.runtime.internal.Lookup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Checkpoints of any supported shape with random weights, for tests and measurements: {@code
 * config.json} with the architecture's own keys, and {@code model.safetensors}. The same shape,
 * seed and type give the same bytes. Stateless and thread-safe.
 */
public final class RandomCheckpoint {
  private static final Path CONFIG = Path.of(Checkpoint.CONFIG_FILE);

  private RandomCheckpoint() {}

  /**
   * The sizes of a model; all else is as the architecture's Hugging Face class has it.
   *
   * @param architecture the architecture
   * @param vocabularySize the number of rows of the token embedding
   * @param hiddenSize the width of the residual stream
   * @param layers the number of decoder layers
   * @param attentionHeads the number of query heads
   * @param keyValueHeads the number of key and value heads
   * @param headSize the width of a head, or nothing for the hidden size divided by the heads
   * @param feedForwardSize the inner width of the feed-forward block
   * @param maxPositions the longest sequence, in tokens
   */
  public record Shape(
      Architecture architecture,
      int vocabularySize,
      int hiddenSize,
      int layers,
      int attentionHeads,
      int keyValueHeads,
      OptionalInt headSize,
      int feedForwardSize,
      int maxPositions) {}

  /**
   * {@return the configuration of a model of this shape; token 0 ends texts, and none begins them}
   *
   * @throws InvalidInputException if the sizes do not fit each other
   */
  public static ModelConfig config(Shape shape) {
    ObjectNode json = JsonObjectFile.object();
    json.putArray("architectures").add(shape.architecture().className());
    json.put("vocab_size", shape.vocabularySize());
    json.put("hidden_size", shape.hiddenSize());
    json.put("num_hidden_layers", shape.layers());
    json.put("num_attention_heads", shape.attentionHeads());
    json.put("num_key_value_heads", shape.keyValueHeads());
    json.put("intermediate_size", shape.feedForwardSize());
    json.put("max_position_embeddings", shape.maxPositions());
    json.putNull("bos_token_id");
    json.put("eos_token_id", 0);
    int heads = shape.attentionHeads();
    if (shape.headSize().isEmpty() && (heads < 1 || shape.hiddenSize() % heads != 0)) {
      throw new InvalidInputException(
          "hidden size: expected a multiple of the "
              + heads
              + " heads where no head size is given, found "
              + shape.hiddenSize());
    }
    int headSize = shape.headSize().orElse(shape.hiddenSize() / Math.max(1, heads));
    json.put("head_dim", headSize);
    shape.architecture().family().writeForRandomWeights(headSize, json);
    return ModelConfigJson.read(JsonObjectFile.of(CONFIG, json));
  }

  /** {@return the configuration of SmolLM2-135M, ended by token 0} */
  public static ModelConfig smolLm2() {
    return new ModelConfig(
        Architecture.LLAMA,
        49_152,
        576,
        30,
        9,
        3,
        64,
        1536,
        100_000,
        1e-5,
        8192,
        true,
        List.of(0),
        OptionalInt.empty());
  }

  /** {@return the configuration of Llama-3.2-1B, ended by token 0} */
  public static ModelConfig oneBillion() {
    return new ModelConfig(
        Architecture.LLAMA,
        128_256,
        2048,
        16,
        32,
        8,
        64,
        8192,
        500_000,
        1e-5,
        131_072,
        true,
        List.of(0),
        OptionalInt.empty(),
        DecoderVariant.builder()
            .rotary(DecoderVariant.Rotary.PLAIN.withScaling(new RopeScaling.Llama3(32, 1, 4, 8192)))
            .build());
  }

  /**
   * Writes the two files; values are made as they are written, so that a model of any size takes
   * little memory.
   *
   * @param folder is made if it is not there; files in it are replaced
   * @param type the type in which weights are stored
   * @throws UncheckedIOException if a file cannot be written
   */
  public static void write(Path folder, ModelConfig config, long seed, DataType type) {
    ImmutableMap<String, ModelTensor> tensors =
        Maps.uniqueIndex(ModelTensor.of(config), ModelTensor::name);
    SafetensorsWriter.write(
        folder.resolve(Checkpoint.WEIGHTS_FILE),
        Checkpoint.expectedTensors(config),
        name -> values(config, Lookup.required(tensors, name), seed),
        type,
        Map.of("format", "pt"));
    Path file = folder.resolve(Checkpoint.CONFIG_FILE);
    try {
      AtomicFiles.write(file, config.toJson());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }

  /**
   * Uniform values around zero, or around one for norms that multiply by their weight; matrices
   * have the deviation {@code 1 / √inputs}, which keeps activations near one.
   */
  private static SafetensorsWriter.Values values(
      ModelConfig config, ModelTensor tensor, long seed) {
    long own = Hashing.murmur3_128().hashString(tensor.name(), StandardCharsets.UTF_8).asLong();
    SplittableRandom random = new SplittableRandom(seed ^ own);
    double deviation = tensor.kind().isMatrix() ? 1 / Math.sqrt((double) tensor.columns()) : 0.02;
    boolean aroundOne =
        tensor.kind() == ParameterKind.NORM && !config.variant().normWeightsFromOne();
    float center = aroundOne ? 1 : 0;
    float width = (float) (deviation * Math.sqrt(3));
    // 24 random bits: every value of [−1, 1) in steps that a float holds.
    return () -> center + width * ((random.nextInt() >> 8) * 0x1p-23f);
  }
}
