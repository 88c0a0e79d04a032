package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressiveValidationTest {
  private static final ProgressiveValidation FOUR =
      ProgressiveValidation.of(List.of(false, true, false, true));

  @Test
  void accuraciesOfFour() {
    assertThat(FOUR.count()).isEqualTo(4);
    assertThat(FOUR.correct()).isEqualTo(2);
    assertThat(FOUR.accuracy()).isEqualTo(0.5);
    assertThat(FOUR.accuracyOfFirst(1)).isEqualTo(0);
    assertThat(FOUR.accuracyOfFirst(2)).isEqualTo(0.5);
    assertThat(FOUR.accuracyOfFirst(100)).isEqualTo(0.5);
    assertThat(FOUR.accuracyOfLast(1)).isEqualTo(1);
    assertThat(FOUR.accuracyOfLast(3)).isEqualTo(2.0 / 3);
    assertThat(FOUR.accuracyOfLast(100)).isEqualTo(0.5);
    assertThat(FOUR.curve()).containsExactly(0, 0.5, 1.0 / 3, 0.5);
    assertThat(FOUR.outcomes()).containsExactly(false, true, false, true);
    assertThat(FOUR).hasToString("ProgressiveValidation[2 of 4 correct]");
  }

  @Test
  void emptyIsZero() {
    ProgressiveValidation empty = ProgressiveValidation.of(List.of());
    assertThat(empty.accuracy()).isZero();
    assertThat(empty.accuracyOfFirst(5)).isZero();
    assertThat(FOUR.accuracyOfLast(0)).isZero();
    assertThat(empty.curve()).isEmpty();
  }

  @Test
  void negativeCountsAreRefused() {
    assertThatThrownBy(() -> FOUR.accuracyOfFirst(-1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> FOUR.accuracyOfLast(-1)).isInstanceOf(InvalidInputException.class);
  }
}
