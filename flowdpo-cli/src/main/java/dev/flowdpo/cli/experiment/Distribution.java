package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.tiny.ProblemMix;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.util.List;

/** The built-in problems that an experiment draws from. */
public enum Distribution implements ProblemSet {
  /** The problems that the bundled model was made for. */
  STANDARD("standard"),
  /** Problems in which somebody else's things seem to matter. */
  MISLEADING("misleading");

  private final String label;

  Distribution(String label) {
    this.label = label;
  }

  private ProblemMix mix() {
    return this == STANDARD ? ProblemMix.STANDARD : ProblemMix.MISLEADING;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public List<Problem> learning(long seed, int count) {
    return words(seed, count).stream().map(WordProblem::toProblem).toList();
  }

  /** Returns the same with their steps. */
  List<WordProblem> words(long seed, int count) {
    return WordProblems.learning(seed, mix()).limit(count).toList();
  }

  @Override
  public List<Problem> heldOut(int count) {
    return WordProblems.heldOut(count, mix()).stream().map(WordProblem::toProblem).toList();
  }

  @Override
  public Verifier verifier() {
    return new ExactAnswer();
  }

  /** Returns the name, as the command line takes it. */
  @Override
  public String toString() {
    return label;
  }
}
