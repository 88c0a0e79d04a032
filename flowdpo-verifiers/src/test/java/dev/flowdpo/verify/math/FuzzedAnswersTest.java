package dev.flowdpo.verify.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Formulas made up by a generator with a fixed seed. */
class FuzzedAnswersTest {

  @Test
  void pairsAreComparedTheSameBothWaysAndWithinTheBudget() {
    compare(500);
  }

  @Test
  @Tag("long")
  void manyPairsAre() {
    compare(20_000);
  }

  private static void compare(int pairs) {
    Random random = new Random(20_041);
    for (int i = 0; i < pairs; i++) {
      String one = i % 100 == 0 ? FuzzedFormula.tower(random) : FuzzedFormula.formula(random);
      String other = FuzzedFormula.formula(random);
      Budget budget = Budget.ofComparison();
      Comparison there = MathAnswer.of(one).compare(MathAnswer.of(other), budget);
      assertThat(budget.left()).as(one + " and " + other).isGreaterThan(-100_000_000L);
      assertThat(MathAnswer.of(other).compare(MathAnswer.of(one)))
          .as(one + " and " + other)
          .isEqualTo(there);
      assertThat(MathAnswer.of(one).compare(MathAnswer.of(one)).isEqual()).as(one).isTrue();
      // Another text, so that values are compared: equal, or beyond the budget.
      Comparison self = MathAnswer.of(one).compare(MathAnswer.of("\\, " + one + "\\,"));
      assertThat(self.outcome()).as(one).isNotEqualTo(Comparison.Outcome.DIFFERENT);
    }
  }

  @Test
  void aThousandHostileAnswersLeaveTheNextThousandVerdictsRight() {
    Random random = new Random(13);
    List<String> made = List.copyOf(HostileAnswersTest.hostile().values());
    try (VerifierGuard guard = new VerifierGuard(new MathAnswerVerifier())) {
      for (int i = 0; i < 1_000; i++) {
        String hostile =
            i % 100 == 0 ? made.get(random.nextInt(made.size())) : FuzzedFormula.tower(random);
        Verdict verdict = guard.verify(Problem.of("?", "31337"), "\\boxed{" + hostile + "}");
        assertThat(verdict.isCorrect()).as(hostile).isFalse();
      }
      for (int i = 0; i < 1_000; i++) {
        int above = random.nextInt(1, 1_000);
        int below = random.nextInt(1, 1_000);
        Problem problem = Problem.of("?", "\\frac{" + above + "}{" + below + "}");
        String right = "\\boxed{" + 3 * above + "/" + 3 * below + "}";
        String wrong = "\\boxed{" + (3 * above + 1) + "/" + 3 * below + "}";
        assertThat(guard.verify(problem, i % 2 == 0 ? right : wrong).reward())
            .hasValue(i % 2 == 0 ? 1 : 0);
      }
      assertThat(guard.timeouts()).isZero();
      assertThat(guard.failures()).isZero();
    }
  }
}
