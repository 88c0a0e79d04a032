package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file {@code comparisons.jsonl} of an experiment. It is replaced whole after every batch, so
 * that what a comparer has said once, and may have been paid for, outlives a kill and is not asked
 * again. Not thread-safe.
 */
final class ComparisonFile {
  /** Its name in the experiment's folder. */
  static final String NAME = "comparisons.jsonl";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final Map<Question, ComparedTraces> rows = new LinkedHashMap<>();

  /** What a row answers. */
  private record Question(String comparer, String first, String second, String problem) {
    static Question of(ComparedTraces row) {
      return new Question(row.comparer(), row.first(), row.second(), row.problem());
    }
  }

  private ComparisonFile(Path file) {
    this.file = file;
  }

  /**
   * Opens the file of an experiment, which need not exist yet.
   *
   * @throws InvalidInputException if one of its lines is damaged
   */
  static ComparisonFile open(Path experiment) {
    ComparisonFile opened = new ComparisonFile(experiment.resolve(NAME));
    if (Files.exists(opened.file)) {
      int number = 0;
      for (String line : JsonText.read(opened.file).lines().toList()) {
        ComparedTraces row = opened.parse(++number, line);
        opened.rows.put(Question.of(row), row);
      }
    }
    return opened;
  }

  private ComparedTraces parse(int number, String line) {
    try {
      return MAPPER.readValue(line, ComparedTraces.class);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s, line %d: expected a comparison, found: %s; delete the line to have it asked again"
              .formatted(file, number, e.getOriginalMessage()),
          e);
    }
  }

  /** Returns what the comparer said before of the same two solutions, if it said anything. */
  Optional<ComparedTraces> decided(ComparedTraces question) {
    return Optional.ofNullable(rows.get(Question.of(question)))
        .filter(ComparedTraces::isDecided)
        .filter(row -> row.firstTrace().equals(question.firstTrace()))
        .filter(row -> row.secondTrace().equals(question.secondTrace()));
  }

  /** Adds comparisons, in place of earlier ones of the same problems. */
  void add(List<ComparedTraces> compared) {
    compared.forEach(row -> rows.put(Question.of(row), row));
    JsonText.writeLines(file, rows());
  }

  List<ComparedTraces> rows() {
    return new ArrayList<>(rows.values());
  }
}
