package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a {@code tokenizer.json} and their ids, added tokens included; what the native
 * tokenizer does not tell. Immutable and thread-safe.
 *
 * @param ids the id of each token, as the file spells the token
 * @param size the largest id plus one
 * @param special the special tokens, as the file spells them, without the one for unknown text
 */
record Vocabulary(ImmutableMap<String, Integer> ids, int size, ImmutableSet<String> special) {
  /**
   * {@return the vocabulary of the file's content}
   *
   * @throws InvalidInputException if there is none in it
   */
  static Vocabulary parse(Path file, byte[] json) {
    try (JsonParser parser = TokenizerJson.parser(json)) {
      return new Parse(file, parser, new HashMap<>(), new LinkedHashSet<>(), new HashSet<>())
          .vocabulary();
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected a tokenizer, found malformed JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  /** One pass over one file. */
  private record Parse(
      Path file,
      JsonParser parser,
      Map<String, Integer> ids,
      Set<String> special,
      Set<Object> unknown) {
    Vocabulary vocabulary() throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT, "tokenizer", "a JSON object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
          addedTokens();
        } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
          model();
        } else {
          parser.skipChildren();
        }
      }
      if (ids.isEmpty()) {
        throw new InvalidInputException(
            file + ": key \"model.vocab\": expected tokens and their ids, found none");
      }
      special.removeIf(token -> unknown.contains(token) || unknown.contains(ids.get(token)));
      int largest = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
      return new Vocabulary(ImmutableMap.copyOf(ids), largest + 1, ImmutableSet.copyOf(special));
    }

    private void addedTokens() throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(parser.currentToken(), JsonToken.START_OBJECT, "added_tokens", "objects");
        int id = -1;
        String content = "";
        boolean isSpecial = false;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          JsonToken value = parser.nextToken();
          if (key.equals("id")) {
            id = id("added_tokens");
          } else if (key.equals("content")) {
            expect(value, JsonToken.VALUE_STRING, "added_tokens", "strings as content");
            content = parser.getText();
          } else {
            isSpecial |= key.equals("special") && value == JsonToken.VALUE_TRUE;
            parser.skipChildren();
          }
        }
        if (id >= 0) {
          ids.put(content, id);
        }
        if (isSpecial && !content.isEmpty()) {
          special.add(content);
        }
      }
    }

    private void model() throws IOException {
      String type = "";
      boolean prefixed = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
          tokensWithIds();
        } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
          tokensWithScores();
        } else if (key.equals("type") && value == JsonToken.VALUE_STRING) {
          type = parser.getText();
        } else if (key.equals("continuing_subword_prefix") && value == JsonToken.VALUE_STRING) {
          prefixed = !parser.getText().isEmpty();
        } else if (key.equals("unk_token") && value == JsonToken.VALUE_STRING) {
          unknown.add(parser.getText());
        } else if (key.equals("unk_id") && value == JsonToken.VALUE_NUMBER_INT) {
          unknown.add(id("model.unk_id"));
        } else {
          parser.skipChildren();
        }
      }
      if (prefixed && !type.equals("WordPiece")) {
        // Native code ends the process where a merge's right part is shorter than the prefix.
        throw new InvalidInputException(
            file
                + ": key \"model.continuing_subword_prefix\": expected null or an empty string,"
                + " found another one, which is not supported");
      }
    }

    private void tokensWithIds() throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String token = parser.currentName();
        parser.nextToken();
        ids.put(token, id("model.vocab"));
      }
    }

    /** Unigram models list [token, score]; the id is the place in the list. */
    private void tokensWithScores() throws IOException {
      for (int id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
        expect(parser.currentToken(), JsonToken.START_ARRAY, "model.vocab", "[token, score]");
        expect(parser.nextToken(), JsonToken.VALUE_STRING, "model.vocab", "[token, score]");
        ids.put(parser.getText(), id);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          parser.skipChildren();
        }
      }
    }

    private int id(String key) throws IOException {
      expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, key, "whole numbers as ids");
      long id = parser.getLongValue();
      if (id < 0 || id >= Integer.MAX_VALUE) {
        throw new InvalidInputException(
            file
                + ": key \""
                + key
                + "\": expected ids from 0 to "
                + (Integer.MAX_VALUE - 1)
                + ", found "
                + id);
      }
      return (int) id;
    }

    private void expect(@Nullable JsonToken found, JsonToken token, String key, String expected)
        throws IOException {
      if (found != token) {
        throw new InvalidInputException(
            file
                + ": "
                + key
                + ": expected "
                + expected
                + ", found "
                + (found == null ? "nothing" : parser.getText()));
      }
    }
  }
}
