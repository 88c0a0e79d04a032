package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.definition.DefinitionReader;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Reads the tokenizer of a GGUF file: says it as a {@code tokenizer.json} of the same model does,
 * so that it passes the same checks and gives the same ids. Not thread-safe.
 */
public final class GgufTokenizer {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  static final String MODEL = "tokenizer.ggml.model";
  static final String MERGES = "tokenizer.ggml.merges";
  static final String SCORES = "tokenizer.ggml.scores";

  static final String SPACE_BEFORE = "tokenizer.ggml.add_space_prefix";

  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;

  /** What fills the vocabulary up to a round number; no text has it. */
  static final int UNUSED = 5;

  /** What no space belongs to, among the control tokens of Phi 3. */
  private static final Set<String> WITHOUT_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final List<Integer> types;

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
    this.tokens =
        metadata
            .texts(GgufTokens.TOKENS)
            .orElseThrow(
                () ->
                    metadata.wrong(
                        GgufTokens.TOKENS, "an array of texts", "none: the file has no tokenizer"));
    this.types =
        metadata
            .numbers(GgufTokens.TYPES)
            .map(found -> found.stream().map(Number::intValue).toList())
            .orElseGet(() -> Collections.nCopies(tokens.size(), NORMAL));
    requireOneEach(GgufTokens.TYPES, types.size());
  }

  /**
   * {@return the tokenizer}
   *
   * @throws InvalidInputException if there is none, it is of a kind that is not supported, or its
   *     parts do not fit each other
   */
  public static TokenizerDefinition read(GgufMetadata metadata) {
    return new GgufTokenizer(metadata).definition();
  }

  /** {@return whether there is a tokenizer} */
  public static boolean isIn(GgufMetadata metadata) {
    return metadata.has(GgufTokens.TOKENS);
  }

  private TokenizerDefinition definition() {
    String model = metadata.requiredText(MODEL);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      switch (model) {
        case "gpt2" -> writeByteLevel(json);
        case "llama" -> writeCharacters(json);
        default ->
            throw metadata.wrong(
                MODEL, "gpt2 or llama", "\"" + model + "\", a tokenizer that is not supported");
      }
      writeAdded(json, model.equals("llama"));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DefinitionReader.read(metadata.file(), bytes.toByteArray());
  }

  private void writeByteLevel(JsonGenerator json) throws IOException {
    ByteLevelCut cut = ByteLevelCut.of(metadata);
    json.writeObjectField("normalizer", cut.normalizer());
    json.writeObjectField("pre_tokenizer", cut.preTokenizer());
    json.writeObjectField("decoder", ByteLevelCut.decoder());
    json.writeObjectFieldStart("model");
    json.writeStringField("type", "BPE");
    json.writeBooleanField("ignore_merges", cut.wholeWords());
    writeVocabulary(json);
    json.writeArrayFieldStart("merges");
    List<String> merges =
        metadata
            .texts(MERGES)
            .orElseThrow(() -> metadata.wrong(MERGES, "an array of texts", "no such key"));
    for (String merge : merges) {
      json.writeString(merge);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** SentencePiece: the space is a mark, and what is no token is spelled in bytes. */
  private void writeCharacters(JsonGenerator json) throws IOException {
    List<Number> scores =
        metadata
            .numbers(SCORES)
            .orElseThrow(() -> metadata.wrong(SCORES, "an array of numbers", "no such key"));
    requireOneEach(SCORES, scores.size());
    boolean spaceBefore = metadata.flag(SPACE_BEFORE).orElse(true);
    json.writeObjectField("normalizer", SpaceMarks.normalizer(spaceBefore));
    json.writeNullField("pre_tokenizer");
    json.writeObjectField("decoder", SpaceMarks.decoder(spaceBefore));
    json.writeObjectFieldStart("model");
    json.writeStringField("type", "BPE");
    int unknown = types.indexOf(UNKNOWN);
    if (unknown >= 0) {
      json.writeStringField("unk_token", tokens.get(unknown));
    }
    json.writeBooleanField("fuse_unk", true);
    json.writeBooleanField("byte_fallback", true);
    writeVocabulary(json);
    json.writeArrayFieldStart("merges");
    for (ScoredMerges.Merge merge : ScoredMerges.of(used(tokens, types), scores)) {
      json.writeStartArray();
      json.writeString(merge.left());
      json.writeString(merge.right());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeVocabulary(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      if (types.get(id) != UNUSED) {
        json.writeNumberField(tokens.get(id), id);
      }
    }
    json.writeEndObject();
  }

  /** Returns the tokens, those that are not used left empty. */
  static List<String> used(List<String> tokens, List<Integer> types) {
    List<String> used = new ArrayList<>(tokens);
    for (int id = 0; id < used.size(); id++) {
      if (types.get(id) == UNUSED) {
        used.set(id, "");
      }
    }
    return used;
  }

  private void writeAdded(JsonGenerator json, boolean characters) throws IOException {
    boolean phi = characters && GgufFamily.of(metadata) == GgufFamily.PHI3;
    json.writeArrayFieldStart("added_tokens");
    for (int id = 0; id < tokens.size(); id++) {
      int type = types.get(id);
      String token = tokens.get(id);
      boolean unknown = characters && type == UNKNOWN;
      if ((type == CONTROL || type == USER_DEFINED || unknown) && !token.isEmpty()) {
        json.writeStartObject();
        json.writeNumberField("id", id);
        json.writeStringField("content", token);
        json.writeBooleanField("single_word", false);
        json.writeBooleanField("lstrip", false);
        json.writeBooleanField("rstrip", phi && type == CONTROL && !WITHOUT_SPACE.contains(token));
        json.writeBooleanField("normalized", false);
        json.writeBooleanField("special", type != USER_DEFINED);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void requireOneEach(String key, int found) {
    if (found != tokens.size()) {
      throw metadata.wrong(key, "one for each of the " + tokens.size() + " tokens", found);
    }
  }
}
