package dev.flowdpo.cli.solving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A row of the file that {@code verify} reads.
 *
 * @param problem has the known answer; named after the row's id, or its line
 * @param solution what is to be judged
 * @param bare whether the solution is an answer without words around it
 * @param label what the row says of it, if it does
 * @param suspect whether the row says that its label may be wrong
 */
record VerifyRow(
    Problem problem, String solution, boolean bare, Optional<Boolean> label, boolean suspect) {
  private static final String GOLD = "gold";
  private static final String PRED = "pred";
  private static final String GOLD_TEXT = "gold_answer_text";
  private static final String SOLUTION = "solution";
  private static final List<String> LABELS = List.of("is_correct", "label", "expected", "correct");

  /**
   * Reads a row.
   *
   * @param where the file and the line, for messages
   * @param line the line's number
   * @throws InvalidInputException if the text is not an object with the keys of one of the two
   *     kinds
   */
  static VerifyRow of(String where, long line, String text) {
    JsonNode row = JsonText.object(where, text);
    boolean bare = row.has(PRED) || (row.has(GOLD) && !row.has(SOLUTION));
    if (!bare && !row.has(SOLUTION) && !row.has(GOLD_TEXT)) {
      throw new InvalidInputException(
          where
              + ": expected \"gold\" and \"pred\", or \"gold_answer_text\" and \"solution\", found "
              + keys(row));
    }
    String gold = text(where, row, bare ? GOLD : GOLD_TEXT);
    String solution = text(where, row, bare ? PRED : SOLUTION);
    String id = row.path("id").isValueNode() ? row.path("id").asText() : "";
    String name = "line " + line + (id.isBlank() ? "" : " (" + id + ")");
    return new VerifyRow(
        problem(name, gold),
        solution,
        bare,
        label(row),
        row.has("label_suspect") && row.get("label_suspect").asBoolean(true));
  }

  private static Problem problem(String name, String gold) {
    Problem.Builder problem = Problem.builder("What is the answer?").id(name);
    return (gold.isBlank() ? problem : problem.answer(gold)).build();
  }

  private static String text(String where, JsonNode row, String key) {
    JsonNode value = row.path(key);
    if (!value.isTextual() && !value.isNumber()) {
      throw new InvalidInputException(
          "%s: \"%s\": expected a text or a number, found %s"
              .formatted(
                  where, key, value.isMissingNode() ? "no such key" : JsonText.shown(value)));
    }
    return value.asText();
  }

  private static Optional<Boolean> label(JsonNode row) {
    return LABELS.stream()
        .map(row::path)
        .filter(JsonNode::isBoolean)
        .map(JsonNode::booleanValue)
        .findFirst();
  }

  private static String keys(JsonNode row) {
    List<String> keys =
        StreamSupport.stream(((Iterable<String>) row::fieldNames).spliterator(), false).toList();
    return keys.isEmpty() ? "no keys" : "the keys " + String.join(", ", keys);
  }
}
