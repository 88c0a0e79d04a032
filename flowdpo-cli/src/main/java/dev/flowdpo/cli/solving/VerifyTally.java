package dev.flowdpo.cli.solving;

import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts verdicts and compares them with the labels of their rows. Not thread-safe. */
final class VerifyTally {
  private static final int MAX_SHOWN = 200;
  private static final int MAX_TEXT = 120;

  private long rows;
  private long correct;
  private long unknown;
  private long labelled;
  private long agreeing;
  private final List<String> disagreements = new ArrayList<>();

  /** The last row that {@code verify --json} prints. */
  record Total(long rows, long correct, long unknown) {}

  void add(VerifyRow row, Verdict verdict) {
    rows++;
    correct += verdict.isCorrect() ? 1 : 0;
    unknown += verdict.known() ? 0 : 1;
    if (row.label().isPresent()) {
      labelled++;
      boolean label = row.label().get();
      if (verdict.known() && verdict.isCorrect() == label) {
        agreeing++;
      } else if (disagreements.size() < MAX_SHOWN) {
        disagreements.add(disagreement(row, label, verdict));
      }
    }
  }

  private static String disagreement(VerifyRow row, boolean label, Verdict verdict) {
    Optional<ExtractedAnswer> answer = verdict.answer();
    String found = answer.map(a -> "\"" + shortened(a.text()) + "\"").orElse("no answer");
    return "%s: labelled %s%s, found %s: %s (%s), known answer \"%s\": %s"
        .formatted(
            row.problem().id(),
            word(label),
            row.suspect() ? " (suspect)" : "",
            verdict.known() ? word(verdict.isCorrect()) : "unknown",
            found,
            answer.map(a -> a.rule().label()).orElse("none"),
            shortened(row.problem().answer().orElse("")),
            verdict.reason().orElse(""));
  }

  Total total() {
    return new Total(rows, correct, unknown);
  }

  /** Prints the counts, and the rows whose label is another, for people. */
  void print(PrintWriter report) {
    report.printf(
        "%d rows: %d correct, %d incorrect, %d unknown%n",
        rows, correct, rows - correct - unknown, unknown);
    if (labelled == 0) {
      return;
    }
    report.printf(
        "%d of %d labelled rows agree, %.2f %%%n", agreeing, labelled, 100.0 * agreeing / labelled);
    disagreements.forEach(report::println);
    long more = labelled - agreeing - disagreements.size();
    if (more > 0) {
      report.printf("… and %d more; --json prints every verdict%n", more);
    }
  }

  private static String word(boolean correct) {
    return correct ? "correct" : "incorrect";
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
  }
}
