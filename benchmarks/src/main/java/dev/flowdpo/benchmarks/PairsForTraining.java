package dev.flowdpo.benchmarks;

import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Preference pairs as texts: the answer in steps before the answer alone. */
final class PairsForTraining {
  private static final int PAIRS = 32;

  private PairsForTraining() {}

  static void write(Path file) {
    List<Map<String, String>> rows =
        WordProblems.generate(5, PAIRS).stream().map(PairsForTraining::row).toList();
    JsonText.writeLines(file, rows);
  }

  private static Map<String, String> row(WordProblem problem) {
    return Map.of(
        "prompt",
        "Question: " + problem.question() + "\nSolution:\n",
        "chosen",
        SolutionStyle.STEPS.write(problem),
        "rejected",
        SolutionStyle.DIRECT.write(problem));
  }
}
