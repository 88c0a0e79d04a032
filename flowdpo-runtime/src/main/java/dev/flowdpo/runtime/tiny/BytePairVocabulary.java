package dev.flowdpo.runtime.tiny;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained byte-level byte-pair vocabulary, ready to be written as a Hugging Face {@code
 * tokenizer.json}.
 *
 * <p>Immutable and thread-safe. The id of a token is its index; id 0 is {@link #END}.
 *
 * @param tokens the tokens in the byte alphabet (a space is U+0120), special token first
 * @param merges the pairs in the order in which they are merged
 */
public record BytePairVocabulary(List<String> tokens, List<Merge> merges) {
  /** The special token that ends a text and pads batches. */
  public static final String END = "<|end|>";

  /** The id of {@link #END}. */
  public static final int END_ID = 0;

  /**
   * Two neighbouring tokens that become one.
   *
   * @param left the first token
   * @param right the second token
   */
  public record Merge(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /** Copies the lists. */
  public BytePairVocabulary {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }

  /**
   * Returns the number of tokens, the special one included.
   *
   * @return the vocabulary size
   */
  public int size() {
    return tokens.size();
  }

  /**
   * Returns the content of the vocabulary's {@code tokenizer.json}.
   *
   * @return a JSON text
   */
  public String toJson() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.putArray("added_tokens")
        .addObject()
        .put("id", END_ID)
        .put("content", END)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    root.putNull("normalizer");
    ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode sequence = preTokenizer.putArray("pretokenizers");
    ObjectNode split = sequence.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", BytePairTrainer.PIECES.pattern());
    split.put("behavior", "Isolated").put("invert", false);
    byteLevel(sequence.addObject());
    root.putNull("post_processor");
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
    }
    ArrayNode pairs = model.putArray("merges");
    for (Merge merge : merges) {
      pairs.add(merge.left() + " " + merge.right());
    }
    return root.toPrettyString() + "\n";
  }

  /**
   * Writes {@code tokenizer.json}.
   *
   * @param file the file to write; an existing one is replaced
   * @throws UncheckedIOException if the file cannot be written
   */
  public void write(Path file) {
    try {
      Files.writeString(file, toJson());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the tokenizer file " + file + ".", e);
    }
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
  }
}
