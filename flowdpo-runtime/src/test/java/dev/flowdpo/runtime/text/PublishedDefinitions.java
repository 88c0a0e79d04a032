package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Small tokenizers with the exact parts of families of published ones, which Java runs. */
final class PublishedDefinitions {
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String MARK = "\u2581";
  private static final String REPLACE =
      "{'type':'Replace','pattern':{'String':' '},'content':'" + MARK + "'}";
  private static final String DECODER =
      "{'type':'Replace','pattern':{'String':'"
          + MARK
          + "'},'content':' '},"
          + "{'type':'ByteFallback'},{'type':'Fuse'}";

  private PublishedDefinitions() {}

  static List<String> all() {
    return List.of(
        ByteTokenizers.SMOLLM.json(),
        llama3(),
        qwen(),
        flagged(),
        cased(CONTRACTION + "?", "\\p{N}{1,3}"),
        cased("", "\\p{N}")
            .replace("Isolated", "Removed")
            .replace("\"invert\":false", "\"invert\":true"),
        llama2(),
        gemma(),
        mistral("first", false),
        mistral("always", true));
  }

  static String llama3() {
    return byteLevel(
        CONTRACTION + "|" + LEAD + "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACES);
  }

  private static String qwen() {
    return llama3()
        .replace("{1,3}", "")
        .replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}")
        .replaceFirst("\"normalized\":false", "\"normalized\":true");
  }

  private static String flagged() {
    return llama3()
        .replace("\"lstrip\":false", "\"lstrip\":true")
        .replace("\"rstrip\":false", "\"rstrip\":true");
  }

  private static String cased(String contraction, String numbers) {
    return byteLevel(
        LEAD
            + UPPER
            + "*"
            + LOWER
            + "+"
            + contraction
            + "|"
            + LEAD
            + UPPER
            + "+"
            + LOWER
            + "*"
            + contraction
            + "|"
            + numbers
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
            + SPACES);
  }

  private static String byteLevel(String words) {
    String escaped = words.replace("\\", "\\\\").replace("\\", "\\\\");
    return ByteTokenizers.LLAMA3
        .json()
        .replaceFirst("\"Regex\":\"[^\"]*\"", "\"Regex\":\"" + escaped + "\"");
  }

  private static String llama2() {
    return characters(
        "{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'"
            + MARK
            + "'},"
            + REPLACE
            + "]}",
        "null",
        DECODER + ",{'type':'Strip','content':' ','start':1,'stop':0}");
  }

  private static String gemma() {
    return characters(
        REPLACE,
        "{'type':'Split','pattern':{'String':' '},'behavior':'MergedWithPrevious','invert':false}",
        DECODER);
  }

  private static String mistral(String scheme, boolean split) {
    return characters(
        "null",
        "{'type':'Metaspace','replacement':'"
            + MARK
            + "','prepend_scheme':'"
            + scheme
            + "','split':"
            + split
            + "}",
        DECODER + ",{'type':'Strip','content':' ','start':1,'stop':0}");
  }

  /** Characters, some merges, and a token for every byte. */
  private static String characters(String normalizer, String preTokenizer, String decoders) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (String token : List.of("<unk>", "<|begin|>", "<|end|>")) {
      vocabulary.put(token, vocabulary.size());
    }
    for (int b = 0; b < 256; b++) {
      vocabulary.put(String.format(Locale.ROOT, "<0x%02X>", b), vocabulary.size());
    }
    for (String token :
        List.of(MARK, "a", "p", "l", "e", "1", "2", "s", "'", "\u0301", "\uD83D\uDE00")) {
      vocabulary.put(token, vocabulary.size());
    }
    List<String> merges =
        List.of(
            "a p",
            "l e",
            "ap p",
            "app le",
            MARK + " app",
            MARK + " apple",
            MARK + " " + MARK,
            "1 2");
    merges.forEach(merge -> vocabulary.putIfAbsent(merge.replace(" ", ""), vocabulary.size()));
    ObjectMapper mapper = new ObjectMapper();
    try {
      ObjectNode root = (ObjectNode) mapper.readTree("{\"version\":\"1.0\"}");
      root.set(
          "added_tokens",
          mapper.readTree(
              json(
                  "[{'id':0,'content':'<unk>','special':true},{'id':1,'content':'<|begin|>','special':true,"
                      + "'normalized':false,'rstrip':true},{'id':2,'content':'<|end|>','special':false,'normalized':true}]")));
      root.set("normalizer", mapper.readTree(json(normalizer)));
      root.set("pre_tokenizer", mapper.readTree(json(preTokenizer)));
      root.set(
          "decoder", mapper.readTree(json("{'type':'Sequence','decoders':[" + decoders + "]}")));
      ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", "<unk>");
      model.put("fuse_unk", true).put("byte_fallback", true);
      model.set("vocab", mapper.valueToTree(vocabulary));
      model.set("merges", mapper.valueToTree(merges));
      return root.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }
}
