package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for any outcomes. */
class ProgressiveValidationPropertiesTest {
  @Property
  void theCurveIsTheAccuracyOfTheFirst(
      @ForAll List<Boolean> outcomes, @ForAll @IntRange(max = 300) int n) {
    ProgressiveValidation validation = ProgressiveValidation.of(outcomes);
    assertThat(validation)
        .isEqualTo(ProgressiveValidation.of(validation.outcomes()))
        .hasSameHashCodeAs(ProgressiveValidation.of(validation.outcomes()));
    for (int i = 0; i < outcomes.size(); i++) {
      assertThat(validation.curve()[i]).isEqualTo(validation.accuracyOfFirst(i + 1));
    }
    int head = Math.min(n, outcomes.size());
    int tail = outcomes.size() - head;
    assertThat(validation.accuracyOfFirst(head) * head + validation.accuracyOfLast(tail) * tail)
        .isEqualTo(validation.correct(), within(1e-9));
  }
}
