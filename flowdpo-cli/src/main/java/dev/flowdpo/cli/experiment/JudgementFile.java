package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.cli.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file {@code judgements.jsonl} of an experiment. It is replaced whole after every batch, so
 * that what a judge has said once, and may have been paid for, outlives a kill and is not asked
 * again. Not thread-safe.
 */
final class JudgementFile {
  /** Its name in the experiment's folder. */
  static final String NAME = "judgements.jsonl";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final Map<Question, JudgedTraces> rows = new LinkedHashMap<>();

  /** What a row answers. */
  private record Question(String judge, String first, String second, String problem) {
    static Question of(JudgedTraces row) {
      return new Question(row.judge(), row.first(), row.second(), row.problem());
    }
  }

  private JudgementFile(Path file) {
    this.file = file;
  }

  /**
   * Opens the file of an experiment, which need not exist yet.
   *
   * @throws InvalidInputException if one of its lines is damaged
   */
  static JudgementFile open(Path experiment) {
    JudgementFile opened = new JudgementFile(experiment.resolve(NAME));
    if (Files.exists(opened.file)) {
      int number = 0;
      for (String line : JsonText.read(opened.file).lines().toList()) {
        JudgedTraces row = opened.parse(++number, line);
        opened.rows.put(Question.of(row), row);
      }
    }
    return opened;
  }

  private JudgedTraces parse(int number, String line) {
    try {
      return MAPPER.readValue(line, JudgedTraces.class);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s, line %d: expected a judgement, found: %s; delete the line to have it asked again"
              .formatted(file, number, e.getOriginalMessage()),
          e);
    }
  }

  /** Returns what the judge said before of the same two solutions, if it said anything. */
  Optional<JudgedTraces> decided(JudgedTraces question) {
    return Optional.ofNullable(rows.get(Question.of(question)))
        .filter(JudgedTraces::isDecided)
        .filter(row -> row.firstTrace().equals(question.firstTrace()))
        .filter(row -> row.secondTrace().equals(question.secondTrace()));
  }

  /** Adds judgements, in place of earlier ones of the same problems. */
  void add(List<JudgedTraces> judged) {
    judged.forEach(row -> rows.put(Question.of(row), row));
    JsonText.writeLines(file, rows());
  }

  List<JudgedTraces> rows() {
    return new ArrayList<>(rows.values());
  }
}
