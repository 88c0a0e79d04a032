package dev.flowdpo.benchmarks.fuzz;

import com.google.common.base.Suppliers;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What stands beside a fuzzed file: the bundled model's configuration and tokenizer, an adapter's
 * weights, and a folder for the file. The fuzzer's process has one, to its end.
 */
final class SoundModel {
  private static final Supplier<SoundModel> ONE = Suppliers.memoize(SoundModel::new);

  private final ModelConfig config;
  private final ModelTokens tokens;
  private final Path root;
  private final Map<String, Path> folders = new HashMap<>();

  private SoundModel() {
    Path model = BundledModel.folder();
    this.config = ModelConfig.read(model.resolve("config.json"));
    Tokenizer tokenizer = HuggingFaceTokenizers.open(model.resolve(HuggingFaceTokenizers.FILE));
    this.tokens =
        new ModelTokens(
            tokenizer, new Prompts(tokenizer, FlowTemplates.read(model), config), config);
    try {
      this.root = Files.createTempDirectory("flowdpo-fuzz");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    modules.put(LinearLayer.QUERY.module(config, 0), adapterOf(LinearLayer.QUERY, 2));
    modules.put(LinearLayer.VALUE.module(config, 1), adapterOf(LinearLayer.VALUE, 2));
    PeftAdapters.write(folder("PEFT"), new AdapterWeights(2, 4, 0, modules), "base");
    try {
      Files.delete(folder("PEFT").resolve("SHA256SUMS")); // which would refuse all that is fuzzed
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LoraMatrices adapterOf(LinearLayer layer, int rank) {
    int in = layer.inputSize(config);
    int out = layer.outputSize(config);
    return LoraMatrices.of(rank, in, out, new float[rank * in], new float[rank * out]);
  }

  static SoundModel get() {
    return ONE.get();
  }

  ModelConfig config() {
    return config;
  }

  ModelTokens tokens() {
    return tokens;
  }

  /** Returns the folder for a target's file. */
  Path folder(String target) {
    return folders.computeIfAbsent(target, this::create);
  }

  private Path create(String target) {
    try {
      return Files.createDirectory(root.resolve(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
