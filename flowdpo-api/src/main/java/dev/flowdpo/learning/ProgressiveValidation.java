package dev.flowdpo.learning;

import com.google.common.primitives.Booleans;
import dev.flowdpo.error.Require;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The accuracy of a flow that learns, measured on each problem before the flow learns from it:
 * Acc(n) = (1 / n) Σ 1[the flow answered problem i correctly] (Blum, Kalai and Langford 1999; used
 * for Flow-DPO in arXiv 2410.22304, section 4). Every problem is unseen when it counts, so no
 * held-out set is needed. Immutable and thread-safe; equal where the outcomes are. Accuracies are
 * in [0, 1], and 0 where there are no problems.
 */
public final class ProgressiveValidation {
  private final boolean[] outcomes;

  private ProgressiveValidation(boolean[] outcomes) {
    this.outcomes = outcomes;
  }

  /** {@return the validation with these outcomes: whether each problem was answered correctly} */
  public static ProgressiveValidation of(List<Boolean> outcomes) {
    return new ProgressiveValidation(Booleans.toArray(outcomes));
  }

  /** {@return the number of problems} */
  public int count() {
    return outcomes.length;
  }

  /** {@return the number of problems that were answered correctly} */
  public int correct() {
    return correctIn(0, outcomes.length);
  }

  /** {@return the accuracy over all problems, Acc(n)} */
  public double accuracy() {
    return accuracyIn(0, outcomes.length);
  }

  /**
   * {@return the accuracy over the first n problems, n at least 0; over all where there are fewer}
   */
  public double accuracyOfFirst(int n) {
    return accuracyIn(0, Math.min(Require.atLeast(0, "n", n), outcomes.length));
  }

  /**
   * {@return the accuracy over the last n problems, n at least 0; over all where there are fewer}
   */
  public double accuracyOfLast(int n) {
    return accuracyIn(Math.max(0, outcomes.length - Require.atLeast(0, "n", n)), outcomes.length);
  }

  /** {@return the accuracy after each problem: Acc(1), …, Acc(n); a copy} */
  public double[] curve() {
    double[] curve = new double[outcomes.length];
    int correct = 0;
    for (int i = 0; i < outcomes.length; i++) {
      correct += outcomes[i] ? 1 : 0;
      curve[i] = (double) correct / (i + 1);
    }
    return curve;
  }

  /** {@return whether each problem was answered correctly, first to last} */
  public List<Boolean> outcomes() {
    return List.copyOf(Booleans.asList(outcomes));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProgressiveValidation that && Arrays.equals(outcomes, that.outcomes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(outcomes);
  }

  @Override
  public String toString() {
    return "ProgressiveValidation[" + correct() + " of " + count() + " correct]";
  }

  private double accuracyIn(int begin, int end) {
    return end == begin ? 0 : (double) correctIn(begin, end) / (end - begin);
  }

  private int correctIn(int begin, int end) {
    int correct = 0;
    for (int i = begin; i < end; i++) {
      correct += outcomes[i] ? 1 : 0;
    }
    return correct;
  }
}
