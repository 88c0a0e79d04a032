package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Writes a definition as a {@code tokenizer.json} for the tokenizers library, which so reads
 * nothing but what has been checked. Stateless and thread-safe.
 */
public final class DefinitionWriter {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private DefinitionWriter() {}

  /** {@return the content of the file} */
  public static byte[] write(TokenizerDefinition definition) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("version", "1.0");
      json.writeNullField("truncation");
      json.writeNullField("padding");
      json.writeArrayFieldStart("added_tokens");
      for (AddedToken token : definition.added()) {
        json.writeStartObject();
        json.writeNumberField("id", token.id());
        json.writeStringField("content", token.content());
        json.writeBooleanField("single_word", token.wholeWord());
        json.writeBooleanField("lstrip", token.takesSpaceBefore());
        json.writeBooleanField("rstrip", token.takesSpaceBehind());
        json.writeBooleanField("normalized", token.normalized());
        json.writeBooleanField("special", token.special());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeObjectField("normalizer", definition.normalizer());
      json.writeObjectField("pre_tokenizer", definition.preTokenizer());
      json.writeNullField("post_processor");
      json.writeObjectField("decoder", definition.decoder());
      json.writeObjectFieldStart("model");
      writeModel(json, definition.model());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeModel(JsonGenerator json, TokenModel model) throws IOException {
    if (model instanceof TokenModel.BytePair pairs) {
      json.writeStringField("type", "BPE");
      json.writeNullField("dropout");
      json.writeStringField("unk_token", pairs.unknown().orElse(null));
      json.writeNullField("continuing_subword_prefix");
      json.writeNullField("end_of_word_suffix");
      json.writeBooleanField("fuse_unk", pairs.fusesUnknown());
      json.writeBooleanField("byte_fallback", pairs.byteFallback());
      json.writeBooleanField("ignore_merges", pairs.wholeWords());
      writeVocabulary(json, pairs.vocabulary());
      String[] tokens = byId(pairs.vocabulary());
      json.writeArrayFieldStart("merges");
      for (int rank = 0; rank < pairs.merges().size(); rank++) {
        json.writeStartArray();
        json.writeString(tokens[pairs.merges().left(rank)]);
        json.writeString(tokens[pairs.merges().right(rank)]);
        json.writeEndArray();
      }
      json.writeEndArray();
    } else if (model instanceof TokenModel.Unigram unigram) {
      json.writeStringField("type", "Unigram");
      String unknown = unigram.unknown().orElseThrow();
      json.writeNumberField("unk_id", unigram.vocabulary().getOrDefault(unknown, 0));
      json.writeBooleanField("byte_fallback", unigram.byteFallback());
      String[] tokens = byId(unigram.vocabulary());
      json.writeArrayFieldStart("vocab");
      for (int id = 0; id < tokens.length; id++) {
        json.writeStartArray();
        json.writeString(tokens[id]);
        json.writeNumber(unigram.scores()[id]);
        json.writeEndArray();
      }
      json.writeEndArray();
    } else {
      json.writeStringField("type", "WordLevel");
      json.writeStringField("unk_token", model.unknown().orElseThrow());
      writeVocabulary(json, model.vocabulary());
    }
  }

  private static void writeVocabulary(JsonGenerator json, Map<String, Integer> vocabulary)
      throws IOException {
    json.writeObjectFieldStart("vocab");
    for (Map.Entry<String, Integer> entry : vocabulary.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static String[] byId(Map<String, Integer> vocabulary) {
    int largest = vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    String[] tokens = new String[largest + 1];
    vocabulary.forEach((token, id) -> tokens[id] = token);
    return tokens;
  }
}
