package dev.flowdpo.micrometer;

import dev.flowdpo.Flow;
import dev.flowdpo.FlowMonitor;
import dev.flowdpo.SolveFigures;
import dev.flowdpo.SolveFigures.Outcome;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.ServingLoad;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The meters of a flow in one registry. Thread-safe. */
final class FlowMeters implements FlowMonitor, AutoCloseable {
  private static final String[] GEN_AI = {
    "gen_ai.operation.name", "chat", "gen_ai.provider.name", "flowdpo"
  };

  // The boundaries that the conventions ask for.
  private static final Duration[] REQUEST_SECONDS =
      IntStream.range(0, 14).mapToObj(i -> Duration.ofMillis(10L << i)).toArray(Duration[]::new);
  private static final Duration[] FIRST_TOKEN_SECONDS =
      IntStream.of(1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);
  private static final double[] TOKENS =
      IntStream.range(0, 14).mapToDouble(i -> Math.pow(4, i)).toArray();
  private static final double[] ROWS =
      IntStream.range(0, 9).mapToDouble(i -> Math.pow(2, i)).toArray();

  private final Flow flow;
  private final Meters meters;
  private final Map<String, Timer> requests = new ConcurrentHashMap<>();
  private final Map<Outcome, Counter> solves = new ConcurrentHashMap<>();
  private final Map<String, LearnerMeters> learners = new ConcurrentHashMap<>();
  private final Timer firstToken;
  private final DistributionSummary inputTokens;
  private final DistributionSummary outputTokens;
  private final DistributionSummary roundWidth;
  private final Timer roundDuration;

  FlowMeters(Flow flow, Meters meters) {
    this.flow = flow;
    this.meters = meters;
    Arrays.stream(Outcome.values()).forEach(this::solves);
    firstToken =
        meters.keep(
            Timer.builder("gen_ai.server.time_to_first_token")
                .description("Time to the first text of a solve that succeeds")
                .serviceLevelObjectives(FIRST_TOKEN_SECONDS)
                .tags(meters.tags(GEN_AI))
                .register(meters.registry()));
    inputTokens = tokens("input");
    outputTokens = tokens("output");
    roundWidth =
        meters.keep(
            DistributionSummary.builder("flowdpo.round.width")
                .description("Answers that grew in a round, rollouts included")
                .baseUnit("rows")
                .serviceLevelObjectives(ROWS)
                .tags(meters.tags())
                .register(meters.registry()));
    roundDuration =
        meters.keep(
            Timer.builder("flowdpo.round.duration")
                .description("Time of a round: a call of the policy and one of the judge")
                .tags(meters.tags())
                .register(meters.registry()));
    gauge(
        "flowdpo.queue.waiting",
        "Problems that no round has taken yet",
        null,
        ServingLoad::waiting);
    gauge(
        "flowdpo.answers.active",
        "Answers under way, rollouts included",
        null,
        ServingLoad::underWay);
    gauge(
        "flowdpo.kv.reserved",
        "Memory set aside for keys and values of the answers under way",
        BaseUnits.BYTES,
        ServingLoad::cacheBytes);
  }

  private void gauge(
      String name, String description, @Nullable String unit, ToDoubleFunction<ServingLoad> value) {
    meters.keep(
        Gauge.builder(name, flow, one -> value.applyAsDouble(one.load()))
            .description(description)
            .baseUnit(unit)
            .tags(meters.tags())
            .register(meters.registry()));
  }

  private Counter solves(Outcome outcome) {
    return solves.computeIfAbsent(
        outcome,
        key ->
            meters.keep(
                Counter.builder("flowdpo.solves")
                    .description("Problems whose solve came to its end")
                    .tags(meters.tags("outcome", key.name().toLowerCase(Locale.ROOT)))
                    .register(meters.registry())));
  }

  private DistributionSummary tokens(String type) {
    Tags tags = meters.tags(GEN_AI).and("gen_ai.token.type", type);
    return meters.keep(
        DistributionSummary.builder("gen_ai.client.token.usage")
            .description("Tokens of prompts, and of what was written")
            .baseUnit("tokens")
            .serviceLevelObjectives(TOKENS)
            .tags(tags)
            .register(meters.registry()));
  }

  /** Returns the timer of solves that end with an error of this type, or with none. */
  private Timer request(String errorType) {
    return requests.computeIfAbsent(
        errorType,
        type ->
            meters.keep(
                Timer.builder("gen_ai.server.request.duration")
                    .description("Time from the start of a solve to its end")
                    .serviceLevelObjectives(REQUEST_SECONDS)
                    .tags(meters.tags(GEN_AI).and("error.type", type))
                    .register(meters.registry())));
  }

  @Override
  public void onSolve(SolveFigures figures) {
    solves(figures.outcome()).increment();
    request(figures.failure().map(failure -> failure.getClass().getName()).orElse("none"))
        .record(figures.usage().elapsed());
    if (figures.outcome() == Outcome.OK) {
      figures.firstText().ifPresent(firstToken::record);
    }
    figures.usage().promptTokens().ifPresent(inputTokens::record);
    if (figures.usage().generatedTokens() > 0) {
      outputTokens.record(figures.usage().generatedTokens());
    }
  }

  @Override
  public void onRound(int rows, Duration elapsed) {
    roundWidth.record(rows);
    roundDuration.record(elapsed);
  }

  @Override
  public LearningListener onLearner(String name, OnlineLearner learner) {
    LearnerMeters known = learners.computeIfAbsent(name, key -> new LearnerMeters(meters, key));
    known.watch(learner);
    return known;
  }

  @Override
  public void close() {
    meters.close();
  }
}
