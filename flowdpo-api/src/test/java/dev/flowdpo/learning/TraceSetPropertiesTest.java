package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for any traces and any options. */
class TraceSetPropertiesTest {
  private static final int MANY = 1000;

  @Property
  void everyTraceIsCountedOnce(
      @ForAll("traces") List<Trace> traces, @ForAll("options") TraceOptions options) {
    TraceSet set = TraceSet.of(traces, options);

    assertThat(set.collected()).isEqualTo(traces.size());
    assertThat(
            set.traces().size()
                + set.incorrect()
                + set.tooShort()
                + set.tooLong()
                + set.duplicates()
                + set.surplus())
        .isEqualTo(traces.size());
    assertThat(traces).containsAll(set.traces());
  }

  @Property
  void selectingAgainDropsNothing(
      @ForAll("traces") List<Trace> traces, @ForAll("options") TraceOptions options) {
    TraceSet once = TraceSet.of(traces, options);

    TraceSet twice = TraceSet.of(once.traces(), options);

    assertThat(twice.traces()).isEqualTo(once.traces());
    assertThat(twice.collected()).isEqualTo(once.traces().size());
  }

  @Property
  void duplicatesChangeNothing(
      @ForAll("traces") List<Trace> traces, @ForAll("options") TraceOptions options) {
    List<Trace> doubled = Stream.concat(traces.stream(), traces.stream()).toList();

    assertThat(TraceSet.of(doubled, options).traces())
        .isEqualTo(TraceSet.of(traces, options).traces());
  }

  @Property
  void whatStaysIsGoodAndNotTooMuch(
      @ForAll("traces") List<Trace> traces, @ForAll("options") TraceOptions options) {
    List<Trace> kept = TraceSet.of(traces, options).traces();

    assertThat(kept)
        .allSatisfy(
            trace -> {
              assertThat(trace.reward()).isGreaterThanOrEqualTo(options.minReward());
              assertThat(trace.tokens().length())
                  .isBetween(options.minTokens(), options.maxTokens());
              assertThat(kept.stream().filter(t -> t.problem().equals(trace.problem())))
                  .hasSizeLessThanOrEqualTo(options.perProblem());
            });
  }

  /** Where nothing is surplus, a stricter filter keeps some of what a weaker one kept. */
  @Property
  void stricterFiltersKeepSubsets(
      @ForAll("traces") List<Trace> traces, @ForAll("options") TraceOptions strict) {
    TraceOptions all = strict.toBuilder().perProblem(MANY).build();
    TraceOptions weaker =
        all.toBuilder().minReward(0).minTokens(1).maxTokens(Integer.MAX_VALUE).build();

    List<Trace> kept = TraceSet.of(traces, all).traces();

    assertThat(contents(TraceSet.of(traces, weaker).traces())).containsAll(contents(kept));
    assertThat(TraceSet.of(traces, strict).traces()).hasSizeLessThanOrEqualTo(kept.size());
  }

  private static HashSet<List<Object>> contents(List<Trace> traces) {
    HashSet<List<Object>> contents = new HashSet<>();
    traces.forEach(trace -> contents.add(List.of(trace.problem(), trace.tokens())));
    return contents;
  }

  @Property
  void theShortestHaveTheFewestTokens(@ForAll("traces") List<Trace> traces) {
    TraceOptions all =
        TraceOptions.builder()
            .perProblem(MANY)
            .preference(TraceOptions.Preference.SHORTEST)
            .build();
    List<Trace> everything = TraceSet.of(traces, all).traces();

    List<Trace> kept = TraceSet.of(traces, all.toBuilder().perProblem(1).build()).traces();

    for (Trace trace : kept) {
      assertThat(everything.stream().filter(t -> t.problem().equals(trace.problem())))
          .allSatisfy(
              t -> assertThat(t.tokens().length()).isGreaterThanOrEqualTo(trace.tokens().length()));
    }
  }

  @Provide
  Arbitrary<List<Trace>> traces() {
    Arbitrary<String> questions = Arbitraries.of("a", "b", "c");
    Arbitrary<int[]> tokens =
        Arbitraries.integers().between(1, 2).array(int[].class).ofMinSize(1).ofMaxSize(3);
    Arbitrary<Double> rewards = Arbitraries.of(0.0, 0.5, 1.0);
    return Combinators.combine(questions, tokens, rewards)
        .as(
            (question, ids, reward) ->
                new Trace(
                    Problem.of(question),
                    TokenIds.copyOf(ids),
                    "text",
                    reward,
                    new Trace.Origin(Trace.FLOW, 1, 0, 0)))
        .list()
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<TraceOptions> options() {
    return Combinators.combine(
            Arbitraries.of(0.0, 0.5, 1.0),
            Arbitraries.integers().between(1, 2),
            Arbitraries.integers().between(2, 3),
            Arbitraries.integers().between(1, 3),
            Arbitraries.of(TraceOptions.Preference.class))
        .as(
            (minReward, minTokens, maxTokens, perProblem, preference) ->
                TraceOptions.builder()
                    .minReward(minReward)
                    .minTokens(minTokens)
                    .maxTokens(maxTokens)
                    .perProblem(perProblem)
                    .preference(preference)
                    .build());
  }
}
