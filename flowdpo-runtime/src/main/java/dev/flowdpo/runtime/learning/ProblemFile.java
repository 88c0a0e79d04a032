package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads problems from a JSON-lines file in UTF-8: one object a line with {@code question} and
 * {@code answer}, both texts or numbers. {@code id} is optional; without it the id is a stable hash
 * of the question. All other fields become attributes, as text. Blank lines are skipped.
 *
 * <p>An answer that ends in a line {@code #### N}, as in GSM8K, is a whole solution: {@code N},
 * without commas between thousands, becomes the answer and the text the attribute {@code solution}.
 *
 * <p>Stateless and thread-safe.
 */
public final class ProblemFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Pattern MARKED_ANSWER = Pattern.compile("####[ \\t]*(\\S[^\\n]*?)\\s*\\z");
  private static final Pattern THOUSANDS = Pattern.compile("-?\\d{1,3}(,\\d{3})+(\\.\\d+)?");

  private ProblemFile() {}

  /**
   * Returns the problems of a file.
   *
   * @param file the JSON-lines file
   * @return the problems in the order of the lines, at least one
   * @throws InvalidInputException if the file is missing, unreadable or empty, or a row is not an
   *     object with a question and an answer; the message names the file, the line and what is
   *     missing
   */
  public static List<Problem> read(Path file) {
    List<Problem> problems = new ArrayList<>();
    int number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          problems.add(new Row(file, number, line).problem());
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          "Problem file "
              + file
              + " must be UTF-8 text; found other bytes after line "
              + number
              + ".",
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Problem file "
              + file
              + " cannot be read ("
              + e.getClass().getSimpleName()
              + "). Give the path of a JSON-lines file.",
          e);
    }
    if (problems.isEmpty()) {
      throw new InvalidInputException(
          "Problem file "
              + file
              + " holds no problems; expected at least one line such as "
              + "{\"question\": \"…\", \"answer\": \"…\"}.");
    }
    return List.copyOf(problems);
  }

  /** One line of a file. */
  private record Row(Path file, int number, String line) {

    Problem problem() {
      JsonNode row = parse();
      String question = text(row, "question");
      String answer = text(row, "answer").strip();
      Map<String, String> attributes = attributes(row);
      Matcher marked = MARKED_ANSWER.matcher(answer);
      if (marked.find()) {
        attributes.put("solution", answer);
        answer = marked.group(1);
        answer = THOUSANDS.matcher(answer).matches() ? answer.replace(",", "") : answer;
      }
      String id = row.hasNonNull("id") ? text(row, "id") : Problem.of(question).id();
      return new Problem(id, question, answer, attributes);
    }

    private JsonNode parse() {
      JsonNode row;
      try {
        row = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        throw new InvalidInputException(
            at() + "is not valid JSON: " + e.getOriginalMessage() + ".", e);
      }
      if (!row.isObject()) {
        throw new InvalidInputException(
            at()
                + "must be a JSON object with question and answer, found "
                + row.getNodeType().name().toLowerCase(Locale.ROOT)
                + ".");
      }
      return row;
    }

    private String text(JsonNode row, String field) {
      JsonNode value = row.path(field);
      if (value.isMissingNode()) {
        throw new InvalidInputException(at() + "has no \"" + field + "\".");
      }
      if (!value.isTextual() && !value.isNumber()) {
        throw new InvalidInputException(
            at() + "must have a text or a number as \"" + field + "\", found " + value + ".");
      }
      if (value.asText().isBlank()) {
        throw new InvalidInputException(at() + "has a blank \"" + field + "\".");
      }
      return value.asText();
    }

    private static Map<String, String> attributes(JsonNode row) {
      Map<String, String> attributes = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        JsonNode value = field.getValue();
        boolean own = List.of("id", "question", "answer").contains(field.getKey());
        if (!own && !value.isNull()) {
          attributes.put(field.getKey(), value.isTextual() ? value.asText() : value.toString());
        }
      }
      return attributes;
    }

    private String at() {
      return "Problem file " + file + ", line " + number + ": the row ";
    }
  }
}
