package dev.flowdpo;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.ServingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.internal.BackgroundJudge;
import dev.flowdpo.policy.internal.BackgroundPolicy;
import dev.flowdpo.policy.internal.FlowRunner;
import dev.flowdpo.policy.internal.SeparateRunner;
import dev.flowdpo.policy.internal.SharedRunner;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** The models that a flow and the flows derived from it share, open until closed. Thread-safe. */
final class FlowModels {
  private final FlowMonitors monitors;
  private final FlowPolicy policy;
  private final StopJudge judge;
  private final Optional<FlowEngine> engine;
  private final Optional<SharedRunner> shared;
  private final FlowRunner runner;
  private final AtomicBoolean closed;

  /** The policy and the judge of a solve, which see one version of the adapters. */
  record Snapshot(FlowPolicy policy, StopJudge judge) {}

  private FlowModels(
      FlowPolicy policy, StopJudge judge, Optional<FlowEngine> engine, ServingOptions serving) {
    this.policy = policy;
    this.judge = judge;
    this.engine = engine;
    this.monitors = new FlowMonitors();
    this.shared =
        policy.sharesCalls() && judge.sharesCalls()
            ? Optional.of(new SharedRunner(serving, monitors::onRound))
            : Optional.empty();
    this.runner =
        shared.<FlowRunner>map(one -> one).orElseGet(() -> new SeparateRunner(SolveThreads.all()));
    this.closed = new AtomicBoolean();
  }

  /** The models of other adapters on the base of {@code first}, whose rounds they share. */
  private FlowModels(FlowModels first, FlowEngine named) {
    FlowEngine engine = first.engine.orElseThrow();
    this.policy = first.policy == engine.policy() ? named.policy() : first.policy;
    this.judge = first.judge == engine.judge() ? named.judge() : first.judge;
    this.engine = Optional.of(named);
    this.monitors = first.monitors;
    this.shared = first.shared;
    this.runner = first.runner;
    this.closed = first.closed;
  }

  /** Returns the models with the adapters of a name. */
  FlowModels named(String name) {
    return new FlowModels(this, learningEngine().named(name));
  }

  /** Returns the models as they are now. */
  Snapshot snapshot() {
    return engine.isPresent() ? engine.get().atOneVersion(this::now) : now();
  }

  private Snapshot now() {
    return new Snapshot(policy.snapshot(), judge.snapshot());
  }

  /** Returns what follows the solves of all callers. */
  FlowRunner runner() {
    return runner;
  }

  /** Returns who watches. */
  FlowMonitors monitors() {
    return monitors;
  }

  /** Returns the policy for a learner, whose rollouts give way to solves. */
  FlowPolicy backgroundPolicy() {
    return shared.<FlowPolicy>map(one -> new BackgroundPolicy(policy, one)).orElse(policy);
  }

  /** Waits for solves after a learner's update, as {@link SharedRunner#giveWay} has it. */
  void giveWay(long used) {
    shared.ifPresent(one -> one.giveWay(used));
  }

  /** Returns the judge for a learner. */
  StopJudge backgroundJudge() {
    return shared.<StopJudge>map(one -> new BackgroundJudge(judge)).orElse(judge);
  }

  FlowPolicy policy() {
    return policy;
  }

  StopJudge judge() {
    return judge;
  }

  FlowOptions defaultOptions() {
    return engine.map(FlowEngine::defaultOptions).orElseGet(FlowOptions::defaults);
  }

  /** Returns the engine that can learn. */
  FlowEngine learningEngine() {
    return engine.orElseThrow(
        () ->
            new FlowException(
                "learner: this flow has no engine, since its policy and its judge were both"
                    + " supplied. Learning needs an engine such as flowdpo-runtime: leave one of"
                    + " them to it, or set engine(…)."));
  }

  /** Compares stop questions, the one that is asked now first. */
  StopCalibration calibrate(List<Problem> problems, List<String> questions, FlowOptions options) {
    FlowEngine asked = learningEngine();
    Map<String, StopJudge> judges = new LinkedHashMap<>();
    Stream.concat(asked.stopQuestion().stream(), questions.stream())
        .distinct()
        .forEach(question -> judges.put(question, asked.judgeThatAsks(question)));
    return StopCalibration.of(problems, policy.snapshot(), options, judges);
  }

  void checkOpen() {
    if (closed.get()) {
      throw new FlowClosedException("Flow: closed; build a new one.");
    }
  }

  void close(Duration patience) {
    boolean first = !closed.getAndSet(true);
    runner.close(patience);
    if (first) {
      engine.ifPresent(FlowEngine::close);
    }
  }

  /** What an application chose. */
  static final class Choice {
    Optional<Path> model = Optional.empty();
    Optional<Path> adapters = Optional.empty();
    Optional<ModelOptions> options = Optional.empty();
    Optional<FlowEngine> engine = Optional.empty();
    Optional<FlowPolicy> policy = Optional.empty();
    Optional<StopJudge> judge = Optional.empty();
    ServingOptions serving = ServingOptions.defaults();

    /** Opens an engine where policy or judge must come from one. */
    FlowModels open() {
      boolean complete = policy.isPresent() && judge.isPresent();
      if (complete || engine.isPresent()) {
        model.ifPresent(folder -> refuse("model", folder));
        adapters.ifPresent(folder -> refuse("adapters", folder));
        options.ifPresent(chosen -> refuse("modelOptions", chosen));
      }
      if (engine.isEmpty() && complete) {
        return new FlowModels(policy.orElseThrow(), judge.orElseThrow(), engine, serving);
      }
      FlowEngine opened = engine.orElseGet(() -> EngineLoader.open(settings()));
      return new FlowModels(
          policy.orElseGet(opened::policy),
          judge.orElseGet(opened::judge),
          Optional.of(opened),
          serving);
    }

    private EngineSettings settings() {
      EngineSettings.Builder settings = EngineSettings.builder();
      model.ifPresent(settings::model);
      adapters.ifPresent(settings::adapters);
      options.ifPresent(settings::options);
      return settings.build();
    }

    /** Refuses what only an engine that is still to be opened could use. */
    private void refuse(String name, Object chosen) {
      throw new InvalidInputException(
          "%s: expected none beside %s, found %s. Drop one of them."
              .formatted(
                  name,
                  engine.isPresent() ? "an open engine" : "the application's policy and judge",
                  chosen));
    }
  }
}
