package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class VerifiersTest {
  private static final Problem PROBLEM = Problem.of("q", "a");
  private static final Verifier RIGHT = attempt -> Verdict.correct("right");
  private static final Verifier HALF = attempt -> Verdict.reward(0.5, "half");
  private static final Verifier WRONG = attempt -> Verdict.incorrect("wrong");
  private static final Verifier UNKNOWN = attempt -> Verdict.unknown("unknown");
  private static final Verifier BROKEN =
      attempt -> {
        throw new StackOverflowError("broken");
      };

  @Test
  void theLowestRewardCountsForAnd() {
    assertThat(reward(Verifiers.and(RIGHT, HALF))).isEqualTo(0.5);
    assertThat(reward(Verifiers.and(HALF, RIGHT, WRONG))).isZero();
    assertThat(verdict(Verifiers.and(RIGHT, UNKNOWN)).known()).isFalse();
    assertThat(reward(Verifiers.and(UNKNOWN, WRONG))).isZero();
    assertThat(reward(Verifiers.and(BROKEN, WRONG))).isZero();
    assertThat(reward(Verifiers.and(WRONG, BROKEN))).as("not asked any more").isZero();
    assertThat(verdict(Verifiers.and(RIGHT, BROKEN)).failure()).isTrue();
  }

  @Test
  void theHighestRewardCountsForOr() {
    assertThat(reward(Verifiers.or(WRONG, HALF))).isEqualTo(0.5);
    assertThat(reward(Verifiers.or(WRONG, RIGHT, HALF))).isEqualTo(1);
    assertThat(verdict(Verifiers.or(HALF, UNKNOWN)).known()).isFalse();
    assertThat(reward(Verifiers.or(UNKNOWN, RIGHT))).isEqualTo(1);
    assertThat(reward(Verifiers.or(BROKEN, RIGHT))).isEqualTo(1);
  }

  @Property
  void andIsTheMinimumAndOrTheMaximum(
      @ForAll @DoubleRange(min = 0, max = 1) double a,
      @ForAll @DoubleRange(min = 0, max = 1) double b,
      @ForAll @DoubleRange(min = 0, max = 1) double c) {
    Verifier[] parts = {of(a), of(b), of(c)};
    assertThat(reward(Verifiers.and(parts))).isEqualTo(Math.min(a, Math.min(b, c)));
    assertThat(reward(Verifiers.or(parts))).isEqualTo(Math.max(a, Math.max(b, c)));
    // De Morgan
    Verifier[] negated = Arrays.stream(parts).map(Verifiers::not).toArray(Verifier[]::new);
    assertThat(reward(Verifiers.not(Verifiers.or(negated))))
        .isCloseTo(reward(Verifiers.and(parts)), within(1e-15));
  }

  @Test
  void notTurnsTheRewardRound() {
    assertThat(reward(Verifiers.not(WRONG))).isEqualTo(1);
    assertThat(reward(Verifiers.not(of(0.25)))).isEqualTo(0.75);
    assertThat(verdict(Verifiers.not(UNKNOWN)).known()).isFalse();
    assertThat(verdict(Verifiers.not(WRONG)).reason().orElse("")).isEqualTo("not: wrong");
  }

  @Test
  void theWeightedMeanCountsEachByItsWeight() {
    assertThat(reward(Verifiers.weighted(ImmutableMap.of(RIGHT, 3.0, WRONG, 1.0)))).isEqualTo(0.75);
    assertThat(reward(Verifiers.weighted(ImmutableMap.of(RIGHT, 1e308, HALF, 1e308))))
        .isEqualTo(0.75);
    assertThat(verdict(Verifiers.weighted(ImmutableMap.of(RIGHT, 3.0, UNKNOWN, 0.1))).known())
        .isFalse();
    Verdict verdict = verdict(Verifiers.weighted(ImmutableMap.of(RIGHT, 1.0, naming("7"), 1.0)));
    assertThat(verdict.reason().orElse("")).isEqualTo("right; named");
    assertThat(verdict.answer().orElseThrow().text()).isEqualTo("7");
  }

  @Property
  void theWeightedMeanOfEqualRewardsIsTheReward(
      @ForAll @DoubleRange(min = 0, max = 1) double reward,
      @ForAll @DoubleRange(min = 0.01, max = 1e6) double first,
      @ForAll @DoubleRange(min = 0.01, max = 1e6) double second) {
    Verifier mean = Verifiers.weighted(ImmutableMap.of(of(reward), first, of(reward), second));
    assertThat(reward(mean)).isCloseTo(reward, within(1e-12));
  }

  @Test
  void theFirstKnownVerdictDecides() {
    assertThat(verdict(Verifiers.firstDecisive(UNKNOWN, HALF, RIGHT)).reason().orElse(""))
        .isEqualTo("half");
    assertThat(verdict(Verifiers.firstDecisive(BROKEN, WRONG)).reason().orElse(""))
        .isEqualTo("wrong");
    assertThat(verdict(Verifiers.firstDecisive(BROKEN, UNKNOWN)).reason().orElse(""))
        .isEqualTo("unknown");
  }

  @Test
  void aPredicateSaysWhatItAsks() {
    Verifier brief = Verifiers.predicate("is short", attempt -> attempt.answer().length() < 3);
    assertThat(brief.verify(PROBLEM, "ab")).isEqualTo(Verdict.correct("is short"));
    assertThat(brief.verify(PROBLEM, "abc")).isEqualTo(Verdict.incorrect("not so: is short"));
    assertThat(reward(Verifiers.predicate(attempt -> attempt.problem() == PROBLEM))).isEqualTo(1);
  }

  @Test
  void aCombinationWithABatchVerifierAsksItOnceForWhatIsOpen() {
    List<List<String>> batches = new ArrayList<>();
    BatchVerifier remote =
        attempts -> {
          batches.add(attempts.stream().map(Attempt::answer).toList());
          return attempts.stream().map(a -> Verdict.of(a.answer().contains("good"))).toList();
        };
    Verifier isLong = Verifiers.predicate(attempt -> attempt.answer().length() > 4);

    Verifier both = Verifiers.and(isLong, remote);

    assertThat(both).isInstanceOf(BatchVerifier.class);
    assertThat(Verifiers.and(isLong, RIGHT)).isNotInstanceOf(BatchVerifier.class);
    assertThat(Verifiers.not(remote)).isInstanceOf(BatchVerifier.class);
    List<Verdict> verdicts =
        ((BatchVerifier) both)
            .verifyAll(attempts("good", "good one", "bad", "a bad one", "very good"));
    assertThat(verdicts)
        .extracting(v -> v.reward().orElseThrow())
        .containsExactly(0., 1., 0., 0., 1.);
    assertThat(batches).containsExactly(List.of("good one", "a bad one", "very good"));
    assertThat(((BatchVerifier) both).verifyAll(List.of())).isEmpty();
  }

  @Test
  void aPartThatFailsInABatchCostsItsAnswersOnly() {
    Verifier sometimes =
        attempt -> {
          if (attempt.answer().equals("bad")) {
            throw new IllegalStateException("no");
          }
          return Verdict.of(true);
        };
    BatchVerifier miscounting = attempts -> List.of();
    BatchVerifier either = (BatchVerifier) Verifiers.firstDecisive(sometimes, miscounting);

    List<Verdict> verdicts = either.verifyAll(attempts("fine", "bad", "fine"));

    assertThat(verdicts).extracting(Verdict::known).containsExactly(true, false, true);
    assertThat(verdicts.get(1).reason().orElse("")).contains("returned 0 verdicts for 1 answers");
    assertThatThrownBy(() -> miscounting.verify(PROBLEM, "fine"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0 verdicts for 1 answers");
  }

  @Test
  void refusesNothingToCombine() {
    assertThatThrownBy(Verifiers::and)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("and: expected at least one verifier");
    assertThatThrownBy(Verifiers::or).hasMessageStartingWith("or: ");
    assertThatThrownBy(Verifiers::firstDecisive).hasMessageStartingWith("firstDecisive: ");
    assertThatThrownBy(() -> Verifiers.weighted(Map.of())).hasMessageStartingWith("weighted: ");
    for (double weight : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Verifiers.weighted(Map.of(RIGHT, weight)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("weight: ");
    }
  }

  private static Verifier of(double reward) {
    return attempt -> Verdict.reward(reward, "");
  }

  private static Verifier naming(String answer) {
    return attempt ->
        Verdict.correct("named").on(new ExtractedAnswer(answer, AnswerRule.WHOLE_TEXT));
  }

  private static Verdict verdict(Verifier verifier) {
    return verifier.verify(PROBLEM, "x");
  }

  private static double reward(Verifier verifier) {
    Verdict verdict = verdict(verifier);
    assertThat(verdict.known()).isTrue();
    return verdict.reward().orElseThrow();
  }

  private static List<Attempt> attempts(String... answers) {
    return Arrays.stream(answers).map(answer -> Attempt.of(PROBLEM, answer)).toList();
  }
}
