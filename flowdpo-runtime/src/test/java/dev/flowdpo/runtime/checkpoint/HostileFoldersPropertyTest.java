package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.InvalidInputException;
import dev.flowdpo.runtime.text.ChatTemplate;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * A file of a model or adapter folder that is damaged or made to do harm is read or refused: the
 * exception is the library's own and names the file.
 */
class HostileFoldersPropertyTest {
  private static final ModelConfig MODEL = TestModels.config(2, true);

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "\"\"",
          "\"x\"",
          "-1",
          "0",
          "1",
          "2147483647",
          "2147483648",
          "-9223372036854775809",
          "9223372036854775808",
          "1e400",
          "-0.0",
          "1e-400",
          "0.5",
          "[[]]",
          "\"\\u0000\"",
          "\"../../x\"",
          "\"{{\"",
          "{\"a\":{\"a\":{}}}",
          "NaN",
          "1" + "0".repeat(2000));

  private static Path folder;
  private static Path sharded;
  private static Path adapter;
  private static final Map<Path, byte[]> SOUND = new LinkedHashMap<>();
  private static final Map<Path, Consumer<Path>> READERS = new LinkedHashMap<>();

  @BeforeContainer
  static void writeFolders() throws IOException {
    folder = Files.createTempDirectory("flowdpo-hostile");
    sharded = folder.resolve("sharded");
    adapter = folder.resolve("adapter");
    TestModels.write(folder, MODEL, DataType.F32);
    write("generation_config.json", "{\"eos_token_id\":[2,3],\"do_sample\":true,\"top_p\":0.9}");
    write("flow.json", "{\"prompt\":\"a {question}\",\"chunk_size\":5,\"temperature\":0.5}");
    write(
        "tokenizer_config.json",
        "{\"bos_token\":{\"content\":\"<s>\"},\"chat_template\":[{\"name\":\"default\","
            + "\"template\":\"{% for m in messages %}{{ m.content | trim }}{% endfor %}\"}]}");
    write("tokenizer.json", TOKENIZER);
    Files.createDirectories(sharded);
    writeAdapter();
    MergedCheckpoint.write(folder, PeftAdapters.read(adapter, MODEL), sharded, 1000);
    reader(folder.resolve("config.json"), file -> Checkpoint.open(folder).close());
    reader(folder.resolve("model.safetensors"), file -> Checkpoint.open(folder).close());
    reader(folder.resolve("generation_config.json"), file -> GenerationConfig.read(folder));
    reader(folder.resolve("flow.json"), file -> FlowTemplates.read(folder));
    reader(folder.resolve("tokenizer_config.json"), file -> ChatTemplate.read(folder));
    reader(folder.resolve("tokenizer.json"), file -> HuggingFaceTokenizers.open(file).close());
    reader(
        sharded.resolve("model.safetensors.index.json"), file -> Checkpoint.open(sharded).close());
    reader(adapter.resolve("adapter_config.json"), file -> PeftAdapters.read(adapter, MODEL));
    reader(adapter.resolve("adapter_model.safetensors"), file -> PeftAdapters.read(adapter, MODEL));
  }

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

  private static void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static void writeAdapter() {
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    for (String module :
        List.of("model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj")) {
      modules.put(module, LoraMatrices.of(2, 8, 24, new float[16], new float[48]));
    }
    PeftAdapters.write(adapter, new AdapterWeights(2, 4, 0, modules), "base");
  }

  private static void reader(Path file, Consumer<Path> reader) throws IOException {
    SOUND.put(file, Files.readAllBytes(file));
    READERS.put(file, reader);
    reader.accept(file);
  }

  @AfterContainer
  static void deleteFolders() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  /** One change of a file: what kind, and where everything random in it comes from. */
  record Change(int kind, long seed) {
    byte[] apply(byte[] bytes) {
      Random random = new Random(seed);
      int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      switch (kind) {
        case 0 -> {
          return Arrays.copyOf(bytes, at);
        }
        case 1 -> {
          byte[] flipped = bytes.clone();
          if (flipped.length > 0) {
            flipped[at] ^= (byte) (1 << random.nextInt(8));
          }
          return flipped;
        }
        case 2 -> {
          byte[] scrambled = bytes.clone();
          for (int i = at; i < Math.min(bytes.length, at + 8); i++) {
            scrambled[i] = (byte) random.nextInt(256);
          }
          return scrambled;
        }
        case 3 -> {
          byte[] repeated = Arrays.copyOf(bytes, bytes.length + at);
          System.arraycopy(bytes, 0, repeated, bytes.length, at);
          return repeated;
        }
        case 4 -> {
          String nested = (random.nextBoolean() ? "[" : "{\"a\":").repeat(50_000);
          return inserted(bytes, at, nested);
        }
        default -> {
          return replacedValue(bytes, random);
        }
      }
    }

    private static byte[] inserted(byte[] bytes, int at, String text) {
      byte[] middle = text.getBytes(StandardCharsets.UTF_8);
      byte[] longer = new byte[bytes.length + middle.length];
      System.arraycopy(bytes, 0, longer, 0, at);
      System.arraycopy(middle, 0, longer, at, middle.length);
      System.arraycopy(bytes, at, longer, at + middle.length, bytes.length - at);
      return longer;
    }

    /** Puts another value, or the same key twice, in the place of a value of the JSON. */
    private static byte[] replacedValue(byte[] bytes, Random random) {
      // Every byte is one character, so that binary data comes back as it was.
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      List<MatchResult> values =
          Pattern.compile("[:\\[,]\\s*(\"[^\"]*\"|-?[0-9.]+|true|false|null)")
              .matcher(text)
              .results()
              .toList();
      if (values.isEmpty()) {
        return bytes;
      }
      MatchResult value = values.get(random.nextInt(values.size()));
      String other = VALUES.get(random.nextInt(VALUES.size()));
      String changed = text.substring(0, value.start(1)) + other + text.substring(value.end(1));
      return changed.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  @Provide
  Arbitrary<Path> files() {
    return Arbitraries.of(List.copyOf(SOUND.keySet()));
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    // Values make up half, as they reach furthest.
    return Combinators.combine(Arbitraries.integers().between(0, 9), Arbitraries.longs())
        .as(Change::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  // Always the same ones, as native code that fails on a new one would end the whole build.
  @Property(tries = 3000, seed = "20")
  void readsOrRefuses(@ForAll("files") Path file, @ForAll("changes") List<Change> changes)
      throws IOException {
    byte[] bytes = SOUND.get(file);
    for (Change change : changes) {
      bytes = change.apply(bytes);
    }
    Files.write(file, bytes);
    try {
      READERS.get(file).accept(file);
    } catch (InvalidInputException e) {
      assertThat(e.getMessage()).contains(folder.toString()).hasSizeLessThan(100_000);
    } finally {
      Files.write(file, SOUND.get(file));
    }
  }
}
