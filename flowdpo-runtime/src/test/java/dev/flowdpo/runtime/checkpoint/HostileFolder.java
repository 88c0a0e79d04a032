package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Sound model and adapter folders with every file that the library reads, and for each file the
 * reader that it is for. Tests change one file, read it, and put it back.
 */
final class HostileFolder implements AutoCloseable {
  private static final ModelConfig MODEL = TestModels.config(2, true);

  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [{"id": 4, "content": "<s>", "single_word": false, "lstrip": false,
                         "rstrip": false, "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                         "use_regex": true},
       "post_processor": null,
       "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
                   "use_regex": true},
       "model": {"type": "BPE", "dropout": null, "unk_token": null,
         "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
         "byte_fallback": false, "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": ["a b"]}}
      """;

  private static final String TEMPLATE =
      "{%- for m in messages %}{%- if m.role == 'user' %}{{ 'ab' + m.content | trim }}"
          + "{%- else %}{{ m['content'][:9] ~ bos_token }}{%- endif %}{%- endfor %}";

  /**
   * A file, what it holds when it is sound, and what reads it.
   *
   * @param others the names of files that a message may name in its place, as the reader compares
   *     it with them
   */
  record Entry(Path file, byte[] sound, List<String> others, Consumer<Path> reader) {
    /**
     * Returns the bytes that reading so large a file may allocate at most: in proportion to its
     * size, more so where the text is a template, and with room for what a template may do.
     */
    long allowance(int size) {
      boolean template = file.toString().endsWith(".jinja") || others.contains("flow.json");
      return template ? (256L << 20) + 1000L * size : (32L << 20) + 100L * size;
    }

    /** Returns the names out of which a message must have one. */
    List<String> names() {
      return Stream.concat(Stream.of(file.getFileName().toString()), others.stream()).toList();
    }

    @Override
    public String toString() {
      return file.getParent().getFileName() + "/" + file.getFileName();
    }
  }

  private final Path root;
  private final Tokenizer tokenizer;
  private final Map<Path, Entry> entries = new LinkedHashMap<>();

  HostileFolder() throws IOException {
    root = Files.createTempDirectory("flowdpo-hostile");
    Path tokenizerFile = write(root, "tokenizer.json", TOKENIZER);
    tokenizer = HuggingFaceTokenizers.open(tokenizerFile);
    model(root.resolve("model"));
    shards(root.resolve("sharded"));
    adapter(root.resolve("adapter"));
    configurations();
    chat(root.resolve("chat"));
    entry(tokenizerFile, file -> HuggingFaceTokenizers.open(file).close());
    entry(
        write(root.resolve("native"), "tokenizer.json", TOKENIZER),
        file -> HuggingFaceTokenizers.openNative(file).close());
  }

  private void model(Path folder) throws IOException {
    TestModels.write(folder, MODEL, DataType.F16);
    write(
        folder,
        "generation_config.json",
        "{\"eos_token_id\":[2,3],\"do_sample\":true,\"top_p\":0.9}");
    write(
        folder, "flow.json", "{\"prompt\":\"a {question}\",\"chunk_size\":5,\"temperature\":0.5}");
    Consumer<Path> open = file -> Checkpoint.open(folder).close();
    entry(folder.resolve("config.json"), open, "model.safetensors");
    entry(
        folder.resolve("model.safetensors"),
        file -> {
          try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Checkpoint.expectedTensors(MODEL).keySet().forEach(checkpoint::weight);
          }
        },
        "config.json");
    entry(folder.resolve("generation_config.json"), open);
    entry(folder.resolve("flow.json"), file -> FlowTemplates.read(folder));
  }

  private void shards(Path folder) throws IOException {
    Path base = root.resolve("model");
    SortedMap<String, LoraMatrices> modules = modules();
    MergedCheckpoint.write(base, new AdapterWeights(2, 4, 0, modules), folder, 1000);
    Consumer<Path> open = file -> Checkpoint.open(folder).close();
    entry(folder.resolve("model.safetensors.index.json"), open, ".safetensors", "config.json");
    try (Stream<Path> files = Files.list(folder)) {
      Path shard =
          files
              .filter(file -> file.toString().endsWith(".safetensors"))
              .sorted()
              .findFirst()
              .orElseThrow();
      entry(shard, open, "config.json", ".safetensors");
    }
  }

  private static SortedMap<String, LoraMatrices> modules() {
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    for (int layer = 0; layer < 2; layer++) {
      modules.put(
          LinearLayer.QUERY.module(MODEL, layer),
          LoraMatrices.of(2, 8, 24, new float[16], new float[48]));
    }
    return modules;
  }

  private void adapter(Path folder) throws IOException {
    PeftAdapters.write(folder, new AdapterWeights(2, 4, 0, modules()), "base");
    Files.delete(
        folder.resolve(FolderSums.FILE)); // as other tools leave it: nothing is refused by sums
    Path config = folder.resolve(PeftAdapters.CONFIG_FILE);
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"rank_pattern\" : \\{ }", "\"rank_pattern\" : {\"q_proj\" : 2}")
            .replaceFirst("\"alpha_pattern\" : \\{ }", "\"alpha_pattern\" : {\"0.*q_proj\" : 3}"));
    entry(config, file -> PeftAdapters.read(folder, MODEL), PeftAdapters.WEIGHTS_FILE);
    entry(
        folder.resolve(PeftAdapters.WEIGHTS_FILE),
        file -> PeftAdapters.read(folder, MODEL),
        PeftAdapters.CONFIG_FILE);
  }

  /** The configuration of every architecture, with the keys of its own. */
  private void configurations() throws IOException {
    for (Architecture architecture : Architecture.values()) {
      Path folder = root.resolve(architecture.modelType());
      ModelConfig config =
          RandomCheckpoint.config(
              new RandomCheckpoint.Shape(
                  architecture, 300, 32, 4, 4, 2, OptionalInt.of(8), 96, 64));
      entry(write(folder, "config.json", config.toJson()), ModelConfig::read);
    }
    Path scaled = root.resolve("scaled");
    String scaling =
        """
        "rope_scaling" : {"rope_type" : "llama3", "factor" : 8.0, "low_freq_factor" : 1.0,
          "high_freq_factor" : 4.0, "original_max_position_embeddings" : 32}\
        """;
    String plain = MODEL.toJson();
    assertThat(plain).contains("\"rope_scaling\" : null");
    entry(
        write(scaled, "config.json", plain.replace("\"rope_scaling\" : null", scaling)),
        ModelConfig::read);
  }

  /** A chat model: template and words are read and used with each other. */
  private void chat(Path folder) throws IOException {
    String named = "[{\"name\":\"default\",\"template\":\"%s\"}]".formatted(TEMPLATE);
    Path config =
        write(
            folder,
            "tokenizer_config.json",
            "{\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"c\",\"chat_template\":"
                + named
                + "}");
    Path words =
        write(
            folder,
            "flow.json",
            "{\"message\":\"b {question}\",\"stop_question\":\"ab\",\"yes\":\"a\",\"no\":\"b\"}");
    Consumer<Path> read = file -> Prompts.read(folder, tokenizer, MODEL, Clock.systemUTC());
    entry(config, read, "flow.json");
    entry(words, read, "tokenizer_config.json", "flow.json");
    Path own = root.resolve("template");
    Path file = write(own, ModelChatTemplate.FILE, TEMPLATE);
    write(own, "flow.json", Files.readString(words));
    write(own, "tokenizer_config.json", "{\"bos_token\":\"<s>\"}");
    entry(file, path -> Prompts.read(own, tokenizer, MODEL, Clock.systemUTC()), "flow.json");
    Path several = root.resolve("templates/additional_chat_templates");
    entry(
        write(several, "default.jinja", TEMPLATE),
        path -> ModelChatTemplate.read(root.resolve("templates")));
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    Files.createDirectories(folder);
    return Files.writeString(folder.resolve(name), text);
  }

  private void entry(Path file, Consumer<Path> reader, String... others) throws IOException {
    reader.accept(file);
    entries.put(file, new Entry(file, Files.readAllBytes(file), List.of(others), reader));
  }

  /** Returns the folder of all folders. */
  Path root() {
    return root;
  }

  /** Returns every file that is read. */
  List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  @Override
  public void close() throws IOException {
    tokenizer.close();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
