package dev.flowdpo.cli.evaluation;

import dev.flowdpo.runtime.data.Dataset;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run learns from and what it is measured on. Immutable.
 *
 * @param problems to learn from, in this order
 * @param heldOut to measure on; no question is in both
 */
public record LearningData(List<Problem> problems, List<Problem> heldOut) {
  /** Copies the lists. */
  public LearningData {
    problems = List.copyOf(problems);
    heldOut = List.copyOf(heldOut);
  }

  /** Returns word problems drawn with a seed, and the fixed held-out ones. */
  public static LearningData builtIn(long seed, int problems, int heldOut) {
    return new LearningData(
        WordProblems.learning(seed).limit(problems).map(WordProblem::toProblem).toList(),
        HeldOut.builtIn(heldOut));
  }

  /** Returns at most so many problems of a file, in its order, and of its held-out part. */
  public static LearningData ofFile(Path file, Dataset dataset, int problems, int heldOut) {
    HeldOut.Split split = HeldOut.of(file, dataset.toList());
    return new LearningData(
        split.learning().subList(0, Math.min(problems, split.learning().size())),
        split.heldOut().subList(0, Math.min(heldOut, split.heldOut().size())));
  }
}
