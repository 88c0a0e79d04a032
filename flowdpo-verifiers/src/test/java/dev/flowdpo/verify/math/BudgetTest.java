package dev.flowdpo.verify.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final String LONG_WORK = "\\prod_{k=1}^{400}(x+\\sqrt{k})";

  @AfterEach
  void uninterrupted() {
    assertThat(Thread.interrupted()).as("an interrupt that a test left behind").isFalse();
  }

  @Test
  void endsWhenNothingIsLeft() {
    Budget budget = Budget.of(10);
    budget.spend(4);
    budget.spend(6);
    assertThat(budget.left()).isZero();
    assertThatThrownBy(() -> budget.spend(1)).isInstanceOf(OutOfReachException.class);
  }

  @Test
  void aPartIsPaidByTheWholeAndByTheWholeOfThat() {
    Budget whole = Budget.of(100);
    Budget half = whole.part(50);
    Budget quarter = half.part(25);
    quarter.spend(20);
    assertThat(whole.left()).isEqualTo(80);
    assertThat(half.left()).isEqualTo(30);
    assertThatThrownBy(() -> quarter.spend(6)).isInstanceOf(OutOfReachException.class);
    assertThat(Budget.of(5).part(50).left()).isEqualTo(5);
  }

  @Test
  void costsTheSameEachTime() {
    assertThat(cost(LONG_WORK, "x"))
        .isEqualTo(cost(LONG_WORK, "x"))
        .isEqualTo(cost("x", LONG_WORK));
    assertThat(cost("\\frac12", "0.5")).isBetween(1L, 100L);
  }

  @Test
  void longNumbersCostMoreThanShortOnes() {
    assertThat(cost("7^{4000}+1", "7^{4000}+2")).isGreaterThan(3 * cost("7^{40}+1", "7^{40}+2"));
  }

  private static long cost(String one, String other) {
    Budget budget = Budget.ofComparison();
    MathAnswer.of(one).compare(MathAnswer.of(other), budget);
    return Budget.COMPARISON - budget.left();
  }

  @Test
  void anInterruptEndsAComparisonSoonAndStays() {
    MathAnswer answer = MathAnswer.of(LONG_WORK);
    MathAnswer other = MathAnswer.of(LONG_WORK + " + 1");
    Thread.currentThread().interrupt();
    Comparison interrupted = answer.compare(other);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(interrupted).isEqualTo(Comparison.unknown("interrupted"));
    assertThat(answer.compare(other).reason()).isNotEqualTo("interrupted");
  }

  @Test
  void anInterruptIsSeenWithinSoManySteps() {
    Budget budget = Budget.ofComparison();
    Thread.currentThread().interrupt();
    long before = budget.left();
    long seenAt = 0;
    try {
      for (int i = 0; i < before; i++) {
        seenAt = i;
        budget.spend(1);
      }
    } catch (OutOfReachException e) {
      assertThat(e).hasMessage("interrupted");
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(seenAt).isLessThan(10_000); // a millisecond's
  }
}
