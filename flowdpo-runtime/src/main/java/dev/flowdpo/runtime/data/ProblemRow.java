package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.value.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rows as problems, a function for each format. Fields that a function does not know become
 * attributes, as text; the worked solution is the attribute {@value #SOLUTION}.
 */
final class ProblemRow {
  static final String SOLUTION = "solution";

  private static final Pattern META_MATH_ANSWER =
      Pattern.compile("(?s).*The answer is:[ \\t]*(\\S[^\\n]*?)\\s*\\z");
  private static final Pattern MATH_LEVEL = Pattern.compile("Level (\\S+)");

  private ProblemRow() {}

  static Function<JsonRow, Problem> reader(DatasetFormat format) {
    return switch (format) {
      case GSM8K -> ProblemRow::gsm8k;
      case MATH -> ProblemRow::math;
      case METAMATH -> ProblemRow::metaMath;
      case JSONL -> row -> named(row, Fields.DEFAULT);
    };
  }

  private static Problem gsm8k(JsonRow row) {
    String text = row.textOrNumber("answer").strip();
    if (!GsmAnswer.isMarked(text)) {
      throw row.wrong(
          "answer", "a worked solution with \"#### N\" as its last line", row.shown("answer"));
    }
    return named(row, Fields.DEFAULT);
  }

  /** An answer that is a worked solution gives its final answer, whatever the field's name. */
  static Problem named(JsonRow row, Fields fields) {
    String question = row.textOrNumber(fields.question());
    GsmAnswer answer = GsmAnswer.of(row.textOrNumber(fields.answer()).strip());
    Map<String, String> attributes =
        attributes(row, List.of(fields.question(), fields.answer(), fields.id()));
    if (row.has(fields.solution())) {
      attributes.remove(fields.solution());
      attributes.put(SOLUTION, row.textOrNumber(fields.solution()));
    } else if (!answer.solution().isEmpty()) {
      attributes.put(SOLUTION, answer.solution());
    }
    return problem(row, fields.id(), question, answer.answer(), attributes);
  }

  private static Problem math(JsonRow row) {
    String question = row.textOrNumber("problem");
    String solution = row.textOrNumber(SOLUTION);
    Map<String, String> attributes =
        attributes(row, List.of("id", "unique_id", "problem", "answer", SOLUTION, "type", "level"));
    attributes.put(SOLUTION, solution);
    if (row.has("level")) {
      Matcher level = MATH_LEVEL.matcher(row.textOrNumber("level"));
      attributes.put("level", level.matches() ? level.group(1) : row.textOrNumber("level"));
    }
    if (row.has("type")) {
      attributes.putIfAbsent("subject", row.textOrNumber("type"));
    }
    String answer = row.has("answer") ? row.textOrNumber("answer").strip() : lastBox(row, solution);
    return problem(row, row.has("id") ? "id" : "unique_id", question, answer, attributes);
  }

  private static String lastBox(JsonRow row, String solution) {
    return AnswerExtractor.boxed()
        .extract(solution)
        .map(ExtractedAnswer::text)
        .orElseThrow(
            () ->
                row.wrong(
                    SOLUTION,
                    "a final answer in \\boxed{…}, as there is no \"answer\"",
                    row.shown(SOLUTION)));
  }

  private static Problem metaMath(JsonRow row) {
    String question = row.textOrNumber("query");
    String response = row.textOrNumber("response");
    Matcher answer = META_MATH_ANSWER.matcher(response);
    if (!answer.matches()) {
      throw row.wrong(
          "response", "a solution that ends in \"The answer is: X\"", row.shown("response"));
    }
    Map<String, String> attributes = attributes(row, List.of("query", "response", "id"));
    attributes.put(SOLUTION, response);
    return problem(row, "id", question, answer.group(1), attributes);
  }

  private static Problem problem(
      JsonRow row, String idKey, String question, String answer, Map<String, String> attributes) {
    Problem.Builder problem = Problem.builder(question).attributes(attributes);
    if (row.has(idKey)) {
      problem.id(row.textOrNumber(idKey));
    }
    if (!answer.isBlank()) {
      problem.answer(answer);
    }
    return problem.build();
  }

  private static Map<String, String> attributes(JsonRow row, List<String> known) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : row.node().properties()) {
      JsonNode value = field.getValue();
      if (!known.contains(field.getKey()) && !value.isNull()) {
        attributes.put(field.getKey(), value.isTextual() ? value.asText() : value.toString());
      }
    }
    return attributes;
  }
}
