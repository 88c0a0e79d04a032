package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.MergedTensors;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RopeScaling;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes models and adapters as GGUF files, as llama.cpp and this package read them.
 *
 * <p>A merged model has each adapted weight as {@code W + alpha / rank · B A}. Matrices are in the
 * type that is asked for, or in {@link GgufType#F16} where their rows are no whole blocks of it;
 * norms and biases are in {@link GgufType#F32}. Rows of queries and keys lie in the order of the
 * format. Tensors are written some rows at a time. Stateless and thread-safe.
 */
public final class GgufExport {
  private static final Logger LOG = LoggerFactory.getLogger(GgufExport.class);

  /** What a file's own keys say of the file, and not of the model. */
  private static final List<String> OF_FILE =
      List.of("split.", "general.file_type", "general.quantization_version", "general.alignment");

  private static final Map<GgufType, Integer> FILE_TYPES =
      Map.of(GgufType.F32, 0, GgufType.F16, 1, GgufType.Q8_0, 7, GgufType.BF16, 32);

  private static final String FILE_TYPE = "general.file_type";
  private static final String QUANTIZATION_VERSION = "general.quantization_version";

  private GgufExport() {}

  /**
   * {@return the type of this name, of those that can be written}
   *
   * @param name such as {@code q8_0}, in letters of any case
   * @throws InvalidInputException if it is another
   */
  public static GgufType type(String name) {
    return GgufEncoder.TYPES.stream()
        .filter(type -> type.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "type of a GGUF file: expected one of f32, f16, bf16 and q8_0, found " + name));
  }

  /**
   * Writes the model of a Hugging Face folder with an adapter worked into it.
   *
   * @param folder the folder
   * @param tokenizer its tokenizer
   * @param settings how it is asked, for chat template and begin token
   * @param type the type of matrices, one of {@link #type}
   * @param out the file, which is replaced
   * @throws InvalidInputException if the adapter is for another model, or GGUF files have no keys
   *     for what the model computes or how its tokenizer cuts text
   * @throws UncheckedIOException if writing fails
   */
  public static void write(
      Path folder,
      TokenizerDefinition tokenizer,
      PromptSettings settings,
      AdapterWeights adapter,
      GgufType type,
      Path out) {
    try (Checkpoint base = Checkpoint.open(folder)) {
      ModelConfig config = base.config();
      GgufFamily family = GgufKeys.family(config);
      GgufWriter writer =
          new GgufWriter()
              .putAll(GgufKeys.of(folder, config))
              .put(FILE_TYPE, Lookup.required(FILE_TYPES, type))
              .put(QUANTIZATION_VERSION, 2)
              .putAll(GgufVocabulary.of(tokenizer, config, settings));
      putFactors(writer, family, config);
      putTensors(writer, family, new MergedTensors(base, adapter), type);
      if (config.architecture() == Architecture.MISTRAL && config.variant().window().isPresent()) {
        LOG.warn(
            "{}: GGUF files of this family have no window: readers will see all tokens before,"
                + " not the latest {}",
            out,
            config.variant().window().get().size());
      }
      writer.write(out);
      requireSame(out, config);
    }
  }

  /**
   * Writes the model of a GGUF file with an adapter worked into it; all keys but those of the file
   * itself are the base's.
   *
   * @param file the file, of a split model the first
   * @param type the type of matrices, one of {@link #type}
   * @param out the file, which is replaced; not the base itself
   * @throws InvalidInputException if the adapter is for another model
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path file, AdapterWeights adapter, GgufType type, Path out) {
    try (GgufFile source = GgufFile.open(file);
        Checkpoint base = GgufCheckpoint.open(file)) {
      if (source.paths().stream()
          .anyMatch(path -> path.toAbsolutePath().equals(out.toAbsolutePath()))) {
        throw new InvalidInputException(out + ": expected another file than the base, found it");
      }
      GgufMetadata metadata = source.metadata();
      GgufWriter writer = new GgufWriter();
      for (String key : metadata.keys()) {
        if (OF_FILE.stream().noneMatch(key::startsWith)) {
          metadata.value(key).ifPresent(value -> writer.put(key, value));
        }
      }
      writer.put(FILE_TYPE, Lookup.required(FILE_TYPES, type)).put(QUANTIZATION_VERSION, 2);
      for (String name : GgufWeights.ROTARY) {
        GgufTensor tensor = source.tensors().get(name);
        if (tensor != null) {
          FloatBuffer factors = source.map(tensor, 0, tensor.bytes()).asFloatBuffer();
          float[] values = new float[factors.remaining()];
          factors.get(values);
          writer.tensor(name, values, values.length);
        }
      }
      putTensors(writer, GgufFamily.of(metadata), new MergedTensors(base, adapter), type);
      writer.write(out);
    }
  }

  /**
   * Writes an adapter for llama.cpp ({@code --lora}), in {@link GgufType#F32}.
   *
   * @param config the model that it is for
   * @param out the file, which is replaced
   * @throws InvalidInputException if GGUF files do not have the model's family, or the adapter is
   *     for another model
   * @throws UncheckedIOException if writing fails
   */
  public static void writeAdapter(ModelConfig config, AdapterWeights adapter, Path out) {
    GgufFamily family = GgufKeys.family(config);
    GgufWriter writer =
        new GgufWriter()
            .put("general.type", "adapter")
            .put("general.architecture", family.prefix())
            .put("adapter.type", "lora")
            .put("adapter.lora.alpha", adapter.alpha())
            .put(FILE_TYPE, Lookup.required(FILE_TYPES, GgufType.F32));
    Map<String, LoraMatrices> left = new HashMap<>(adapter.modules());
    for (GgufNames.Name name : GgufNames.of(config)) {
      String module = name.inFolder().replaceFirst("\\.weight$", "");
      LoraMatrices lora = left.remove(module);
      if (lora == null) {
        continue;
      }
      int rank = lora.rank();
      writer.tensor(name.inFile() + ".lora_a", lora.copyOfA(), rank, lora.inputSize());
      int heads = family.pairsSideBySide() ? name.rotatedHeads() : 0;
      float[] b = PairedRows.ofFile(lora.b(), lora.outputSize(), heads);
      writer.tensor(name.inFile() + ".lora_b", b, lora.outputSize(), rank);
    }
    if (!left.isEmpty()) {
      throw new InvalidInputException(
          out
              + ": expected matrices for the layers of a "
              + config.architecture()
              + " model, found some for "
              + left.keySet().stream().sorted().findFirst().orElseThrow());
    }
    writer.write(out);
  }

  private static void putFactors(GgufWriter writer, GgufFamily family, ModelConfig config) {
    GgufKeys.frequencyFactors(family, config)
        .ifPresent(factors -> writer.tensor("rope_freqs.weight", factors, factors.length));
    if (config.variant().rotary().scaling() instanceof RopeScaling.LongRope rope
        && family == GgufFamily.PHI3) {
      float[] longOnes = floats(rope.longFactors().toArray());
      float[] shortOnes = floats(rope.shortFactors().toArray());
      writer.tensor("rope_factors_long.weight", longOnes, longOnes.length);
      writer.tensor("rope_factors_short.weight", shortOnes, shortOnes.length);
    }
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static void putTensors(
      GgufWriter writer, GgufFamily family, MergedTensors tensors, GgufType type) {
    Map<String, long[]> shapes = Checkpoint.expectedTensors(tensors.base().config());
    for (GgufNames.Name name : GgufNames.of(tensors.base().config())) {
      long[] shape = Lookup.required(shapes, name.inFolder());
      GgufType own = type;
      if (shape.length == 1) {
        own = GgufType.F32;
      } else if (!type.divides(shape[1])) {
        own = GgufType.F16;
      }
      int heads = family.pairsSideBySide() ? name.rotatedHeads() : 0;
      long together = heads == 0 ? 1 : shape[0] / heads;
      boolean ones = family.onesInNorms() && name.norm();
      writer.tensor(
          name.inFile(),
          own,
          shape,
          together,
          (first, rows) -> {
            FloatBuffer values = tensors.rows(name.inFolder(), first, rows);
            if (heads > 0) {
              int count = (int) (rows / together);
              return FloatBuffer.wrap(PairedRows.ofFile(values, (int) rows, count));
            }
            return ones ? plusOne(values) : values;
          });
    }
  }

  private static FloatBuffer plusOne(FloatBuffer values) {
    FloatBuffer sums = FloatBuffer.allocate(values.remaining());
    while (values.hasRemaining()) {
      sums.put(values.get() + 1);
    }
    return sums.flip();
  }

  /** What the file says must be what the folder said: a key that no file has would be lost. */
  private static void requireSame(Path out, ModelConfig config) {
    ModelConfig found;
    try (GgufFile file = GgufFile.open(out)) {
      found = GgufCheckpoint.config(file);
    }
    List<String> other = new ArrayList<>();
    ObjectNode expected = words(out, config);
    ObjectNode inFile = words(out, found);
    for (Iterator<String> names = expected.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!expected.get(name).equals(inFile.get(name))) {
        other.add(
            name + " " + expected.get(name) + " (the file would say " + inFile.get(name) + ")");
      }
    }
    if (!other.isEmpty()) {
      try {
        AtomicFiles.delete(out);
      } catch (IOException e) {
        throw new UncheckedIOException(out + ": cannot be deleted", e);
      }
      throw new InvalidInputException(
          "%s: expected a model that the keys of GGUF files describe, found %s"
              .formatted(out, String.join(", ", other)));
    }
  }

  /** What a file says in the words of a folder, less what it says otherwise. */
  private static ObjectNode words(Path out, ModelConfig config) {
    ObjectNode json = JsonObjectFile.parse(out, config.toJson()).copy();
    json.remove(
        List.of(
            "architectures",
            "model_type",
            "rope_scaling",
            "bos_token_id",
            "eos_token_id",
            "torch_dtype",
            "transformers_version"));
    if (config.architecture() == Architecture.MISTRAL) {
      json.remove("sliding_window");
    }
    return json;
  }
}
