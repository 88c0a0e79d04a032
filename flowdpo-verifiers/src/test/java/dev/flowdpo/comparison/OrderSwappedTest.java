package dev.flowdpo.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderSwappedTest {
  private static final Problem PROBLEM = Problem.of("1+1?", "2");

  private static TracePair pair(String first, String second) {
    return new TracePair(PROBLEM, first, second);
  }

  private static TraceComparer always(Preference preference) {
    return pairs -> pairs.stream().map(p -> new Comparison(preference, 0.5, "so")).toList();
  }

  @Test
  void aBiasTowardsAPositionIsATie() {
    for (Preference bias : List.of(Preference.FIRST, Preference.SECOND)) {
      Comparison comparison = always(bias).orderSwapped().compare(pair("a", "b"));
      assertThat(comparison.preference()).isEqualTo(Preference.TIE);
      assertThat(comparison.confidence()).isZero();
      assertThat(comparison.reason())
          .contains("in order: the", "swapped: the", "the first is better, so");
    }
  }

  @Test
  void aPreferenceForATraceStays() {
    TraceComparer longer =
        pairs ->
            pairs.stream()
                .map(
                    p ->
                        new Comparison(
                            p.first().length() > p.second().length()
                                ? Preference.FIRST
                                : Preference.SECOND,
                            p.first().length() / 10.0,
                            ""))
                .toList();
    List<Comparison> comparisons =
        longer.orderSwapped().compare(List.of(pair("aaaa", "b"), pair("a", "bbb")));
    assertThat(comparisons)
        .extracting(Comparison::preference)
        .containsExactly(Preference.FIRST, Preference.SECOND);
    assertThat(comparisons.get(0).confidence()).isEqualTo(0.25);
    assertThat(comparisons.get(0).reason())
        .isEqualTo("in order: the first is better; swapped: the first is better");
  }

  @Test
  void halfAnAnswerIsNone() {
    TraceComparer half =
        pairs ->
            pairs.stream()
                .map(
                    p ->
                        p.first().equals("a")
                            ? new Comparison(Preference.FIRST, 1, "good")
                            : Comparison.undecided("timed out"))
                .toList();
    Comparison comparison = half.orderSwapped().compare(pair("a", "b"));
    assertThat(comparison.preference()).isEqualTo(Preference.UNDECIDED);
    assertThat(comparison.reason()).contains("good").contains("timed out");
  }

  @Test
  void aTieInOneOrderIsATie() {
    TraceComparer comparer =
        pairs ->
            List.of(new Comparison(Preference.TIE, 1, ""), new Comparison(Preference.FIRST, 1, ""));
    assertThat(comparer.orderSwapped().compare(pair("a", "b")).preference())
        .isEqualTo(Preference.TIE);
    assertThat(always(Preference.TIE).orderSwapped().compare(pair("a", "b")))
        .extracting(Comparison::preference, Comparison::confidence)
        .containsExactly(Preference.TIE, 0.5);
  }

  @Test
  void allQuestionsAreOneBatchAndEqualTracesAreNotAsked() {
    List<List<TracePair>> batches = new ArrayList<>();
    TraceComparer comparer =
        pairs -> {
          batches.add(List.copyOf(pairs));
          return always(Preference.TIE).compare(pairs);
        };
    List<Comparison> comparisons =
        comparer.orderSwapped().compare(List.of(pair("a", "b"), pair("c", "c"), pair("d", "e")));
    assertThat(batches)
        .containsExactly(List.of(pair("a", "b"), pair("b", "a"), pair("d", "e"), pair("e", "d")));
    assertThat(comparisons).hasSize(3);
    assertThat(comparisons.get(1).reason()).isEqualTo("both traces are the same");
    comparer.orderSwapped().compare(List.of(pair("c", "c")));
    assertThat(batches).hasSize(1);
  }

  @Test
  void whatIsWrongIsSaid() {
    TraceComparer silent = pairs -> List.of();
    assertThatThrownBy(() -> silent.orderSwapped().compare(pair("a", "b")))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("expected 2 comparisons, one for each pair, found 0");
    assertThatThrownBy(() -> new Comparison(Preference.TIE, 1.5, ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 1.5");
  }
}
