package dev.flowdpo.cli.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Writes model folders, templates and answers that are made to crash, hang or fill a process, each
 * from the bundled model with one file exchanged. What opens them is {@link HostileReader}.
 */
final class HostileCorpus {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path sound = BundledModel.folder();
  private final Path root;

  HostileCorpus(Path root) {
    this.root = root;
  }

  /** Writes all of them: folders under {@code models}, texts under the others. */
  void write() throws IOException {
    configurations();
    weights();
    tokenizers();
    flows();
    texts("templates", ".jinja", templates());
    texts("answers", ".txt", answers());
  }

  private void configurations() throws IOException {
    String[] values = {"2147483647", "-1", "0", "1e999", "\"4\"", "[]"};
    for (String key : new String[] {"hidden_size", "num_hidden_layers", "vocab_size"}) {
      for (int i = 0; i < values.length; i++) {
        model(key + i, "config.json", config(key, values[i]));
      }
    }
    model("positions", "config.json", config("max_position_embeddings", "2147483647"));
    model("family", "config.json", config("architectures", "[\"NoneForCausalLM\"]"));
    model("ends", "config.json", config("eos_token_id", "[" + "0,".repeat(500_000) + "0]"));
    model("deep", "config.json", "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
    model("empty", "config.json", new byte[0]);
  }

  private byte[] config(String key, String value) throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(sound.resolve("config.json").toFile());
    String text = config.putRawValue(key, new RawValue(value)).toString();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void weights() throws IOException {
    byte[] bytes = Files.readAllBytes(sound.resolve("model.safetensors"));
    for (long header : new long[] {Long.MAX_VALUE, -1, 0, 1L << 31, bytes.length}) {
      byte[] changed = bytes.clone();
      ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header);
      model("header" + header, "model.safetensors", changed);
    }
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 200_000; i++) {
      many.append("\"t")
          .append(i)
          .append("\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
    }
    model("tensors", "model.safetensors", safetensors(many.append("\"a\":{}}").toString()));
    model(
        "overflow",
        "model.safetensors",
        safetensors(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}"));
    model(
        "shards",
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"../../../../etc/passwd\",\"b\":\"/dev/zero\"}}"
            .getBytes(StandardCharsets.UTF_8));
    Random random = new Random(4);
    for (int i = 0; i < 20; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(4_000)] ^= (byte) (1 << random.nextInt(8));
      model("bit" + i, "model.safetensors", changed);
    }
    model("half", "model.safetensors", Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static byte[] safetensors(String header) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private void tokenizers() throws IOException {
    Map<String, UnaryOperator<String>> changes = new LinkedHashMap<>();
    String split =
        "{\"type\":\"Split\",\"behavior\":\"Isolated\",\"invert\":false,\"pattern\":{\"Regex\":\"%s\"}}";
    for (String expression : new String[] {"", "(a*)*b", "(?:a|a)*$", "x*x*x*y", "(.+)+\\\\s"}) {
      changes.put(
          "expression" + expression.length(), part("pre_tokenizer", split.formatted(expression)));
    }
    changes.put("prepend", part("normalizer", "{\"type\":\"Prepend\",\"prepend\":\"\"}"));
    changes.put(
        "multiply",
        part(
            "normalizer",
            "{\"type\":\"Sequence\",\"normalizers\":["
                + "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaa\"},"
                    .repeat(15)
                + "{\"type\":\"NFC\"}]}"));
    changes.put(
        "precompiled",
        part("normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////w==\"}"));
    changes.put(
        "dropout",
        json -> json.replaceFirst("\"type\"\\s*:\\s*\"BPE\"", "\"type\":\"BPE\",\"dropout\":0.5"));
    changes.put("unigram", part("model", "{\"type\":\"Unigram\",\"unk_id\":7,\"vocab\":[]}"));
    changes.put(
        "ids",
        part("model", "{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":4294967295}}"));
    changes.put("deep", part("decoder", "[".repeat(100_000) + "]".repeat(100_000)));
    changes.put(
        "added",
        part("added_tokens", "[" + "{\"id\":1,\"content\":\"\"},".repeat(300_000) + "{}]"));
    changes.put("nothing", json -> "");
    String json = Files.readString(sound.resolve("tokenizer.json"));
    for (Map.Entry<String, UnaryOperator<String>> change : changes.entrySet()) {
      byte[] changed = change.getValue().apply(json).getBytes(StandardCharsets.UTF_8);
      model("tokenizer-" + change.getKey(), "tokenizer.json", changed);
    }
  }

  private static UnaryOperator<String> part(String key, String value) {
    return json -> {
      try {
        return ((ObjectNode) JSON.readTree(json)).putRawValue(key, new RawValue(value)).toString();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private void flows() throws IOException {
    JsonNode flow = JSON.readTree(sound.resolve("flow.json").toFile());
    String[][] values = {
      {"chunk_size", "2147483647"}, {"max_chunks", "2147483647"}, {"chunk_size", "0"},
      {"temperature", "1e-300"}, {"temperature", "1e300"}, {"prompt", "\"\""},
      {"prompt", "\"" + "{question}".repeat(50_000) + "\""}, {"stop_question", "null"},
    };
    for (int i = 0; i < values.length; i++) {
      ObjectNode changed = flow.deepCopy();
      changed.putRawValue(values[i][0], new RawValue(values[i][1]));
      model("flow" + i, "flow.json", changed.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Map<String, String> templates() {
    Map<String, String> templates = new LinkedHashMap<>();
    String grow =
        "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}";
    templates.put(
        "loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    templates.put("doubles", grow + "{{ n.s }}");
    templates.put("powers", "{{ 9 ** 9 ** 9 ** 9 }}");
    templates.put("wide", "{{ '%9999999999d' % 1 }}{{ 'a' | center(2000000000) }}");
    templates.put("tags", "{{ ('<' * 90000) | striptags }}");
    templates.put("macros", "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}");
    templates.put("parentheses", "{{ " + "(".repeat(200_000) + "1" + ")".repeat(200_000) + " }}");
    templates.put("nested", "{% if 1 %}".repeat(50_000) + "{% endif %}".repeat(50_000));
    templates.put("open", "{{ '".repeat(50_000));
    templates.put("reverse", "{{ (range(99999) | list | sort | reverse | join(',')) * 9999 }}");
    return templates;
  }

  private static Map<String, String> answers() {
    Map<String, String> answers = new LinkedHashMap<>();
    String[] pieces = {
      "9^{",
      "{",
      "\\frac{1}{",
      "\\sqrt{",
      "(",
      "5!",
      "-",
      "\\sin ",
      "1,",
      "\\left(",
      "x^",
      "\\begin{pmatrix}"
    };
    for (int i = 0; i < pieces.length; i++) {
      answers.put("tower" + i, pieces[i].repeat(300));
      answers.put("skyscraper" + i, pieces[i].repeat(100_000));
    }
    answers.put("digits", "7".repeat(10_000_000));
    answers.put("exponent", "10^{10^{10^{10}}}");
    answers.put("factorial", "(10^{9})!!!");
    answers.put("sum", "\\sum_{k=1}^{10^9} \\frac{1}{k^{99}}");
    answers.put("polynomial", "(a+b+c+d+e+f)^{9999}");
    return answers;
  }

  private void model(String name, String file, byte[] bytes) throws IOException {
    Path folder = Files.createDirectories(root.resolve("models").resolve(name));
    for (String part : BundledModel.FILES) {
      boolean unread = file.endsWith("index.json") && part.equals("model.safetensors");
      if (!part.equals(file) && !part.equals("README.md") && !unread) {
        link(folder.resolve(part), sound.resolve(part));
      }
    }
    Files.write(folder.resolve(file), bytes);
  }

  private static void link(Path file, Path sound) throws IOException {
    try {
      Files.createLink(file, sound);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(sound, file); // another file system
    }
  }

  private void texts(String kind, String ending, Map<String, String> texts) throws IOException {
    Path folder = Files.createDirectories(root.resolve(kind));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Files.writeString(folder.resolve(text.getKey() + ending), text.getValue());
    }
  }
}
