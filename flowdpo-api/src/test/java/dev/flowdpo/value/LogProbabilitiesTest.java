package dev.flowdpo.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
  @Property
  void partsOneAfterAnotherAreTheWhole(
      @ForAll @Size(min = 1, max = 9) List<@FloatRange(min = -20, max = 0) Float> before,
      @ForAll @Size(min = 1, max = 9) List<@FloatRange(min = -20, max = 0) Float> after) {
    float[] first = Floats.toArray(before);
    float[] second = Floats.toArray(after);
    LogProbabilities both =
        LogProbabilities.ofTokens(first).then(LogProbabilities.ofTokens(second));
    assertThat(both.length()).isEqualTo(first.length + second.length);
    assertThat(both.get(first.length)).isEqualTo(second[0]);
    double sum = 0;
    for (float one : both.toArray()) {
      sum += one;
    }
    assertThat(both.sum().orElseThrow()).isCloseTo(sum, within(1e-9));
    LogProbabilities ofSums =
        LogProbabilities.ofTokens(first)
            .then(LogProbabilities.ofSum(LogProbabilities.ofTokens(second).sum()));
    assertThat(ofSums.hasTokens()).isFalse();
    assertThat(ofSums.sum()).isEqualTo(both.sum());
    assertThat(both.then(LogProbabilities.unknown())).isSameAs(LogProbabilities.unknown());
  }

  @Test
  void whatIsNoNumberAndWhatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> LogProbabilities.ofSum(Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("log-probability");
    assertThatThrownBy(() -> LogProbabilities.ofTokens(-1, Float.NEGATIVE_INFINITY))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("log-probability of a token");
    assertThatThrownBy(LogProbabilities::ofTokens)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least one");
    assertThatThrownBy(
            () -> Chunk.of(TokenIds.of(1, 2), "ab", LogProbabilities.ofTokens(-1), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("each of 2 tokens, found 1");
    assertThat(LogProbabilities.ofSum(OptionalDouble.empty()).sum()).isEmpty();
    assertThatThrownBy(() -> LogProbabilities.ofSum(-3).get(0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void arraysAreTheCallersOwn() {
    float[] given = {-1, -2};
    LogProbabilities kept = LogProbabilities.ofTokens(given);
    given[0] = -9;
    kept.toArray()[1] = -9;
    assertThat(kept).isEqualTo(LogProbabilities.ofTokens(-1, -2)).hasToString("-3.0");
    assertThat(kept).isNotEqualTo(LogProbabilities.ofSum(-3));
  }
}
