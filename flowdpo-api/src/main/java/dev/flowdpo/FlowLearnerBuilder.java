package dev.flowdpo;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Collects a learner's setup and hands it to the flow's engine. Not thread-safe. */
final class FlowLearnerBuilder implements OnlineLearner.Builder {
  private final FlowModels models;
  private final FlowEngine engine;
  private final FlowOptions flow;
  private final List<LearningListener> listeners = new ArrayList<>();
  private Optional<Verifier> verifier = Optional.empty();
  private Optional<PairRule> pairRule = Optional.empty();
  private Optional<LearnerOptions> options = Optional.empty();
  private Optional<Path> checkpoint = Optional.empty();
  private Optional<DpoObjective> objective = Optional.empty();
  private RolloutSampler sampler = RolloutSampler.tree();
  private RolloutExecutor executor = RolloutExecutor.local();
  private boolean resume;
  private boolean overwrite;
  private Function<PreferencePair, Optional<PreferencePair>> redaction = Optional::of;
  private List<Problem> validation = List.of();
  private String name = "learner";

  FlowLearnerBuilder(FlowModels models, FlowOptions flow) {
    this.models = models;
    this.engine = models.learningEngine();
    this.flow = flow;
  }

  @Override
  public OnlineLearner.Builder verifier(Verifier verifier) {
    this.verifier = Optional.of(verifier);
    return this;
  }

  @Override
  public OnlineLearner.Builder objective(DpoObjective objective) {
    this.objective = Optional.of(objective);
    return this;
  }

  @Override
  public OnlineLearner.Builder sampler(RolloutSampler sampler) {
    this.sampler = Objects.requireNonNull(sampler, "sampler");
    return this;
  }

  @Override
  public OnlineLearner.Builder executor(RolloutExecutor executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  @Override
  public OnlineLearner.Builder pairs(PairRule rule) {
    this.pairRule = Optional.of(rule);
    return this;
  }

  @Override
  public OnlineLearner.Builder options(LearnerOptions options) {
    this.options = Optional.of(options);
    return this;
  }

  @Override
  public OnlineLearner.Builder options(Consumer<LearnerOptions.Builder> change) {
    LearnerOptions.Builder builder = chosenOptions().toBuilder();
    change.accept(builder);
    return options(builder.build());
  }

  private LearnerOptions chosenOptions() {
    return options.orElseGet(engine::defaultLearnerOptions);
  }

  @Override
  public OnlineLearner.Builder listener(LearningListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  @Override
  public OnlineLearner.Builder checkpoint(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "checkpoint: expected a folder or nothing yet, found a file at " + folder + ".");
    }
    this.checkpoint = Optional.of(folder);
    return this;
  }

  @Override
  public OnlineLearner.Builder resume(boolean resume) {
    this.resume = resume;
    return this;
  }

  @Override
  public OnlineLearner.Builder overwrite(boolean overwrite) {
    this.overwrite = overwrite;
    return this;
  }

  @Override
  public OnlineLearner.Builder redaction(
      Function<PreferencePair, Optional<PreferencePair>> redaction) {
    this.redaction = Objects.requireNonNull(redaction, "redaction");
    return this;
  }

  @Override
  public OnlineLearner.Builder validation(List<Problem> problems) {
    this.validation = List.copyOf(problems);
    return this;
  }

  @Override
  public OnlineLearner.Builder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  @Override
  public OnlineLearner build() {
    models.checkOpen();
    Verifier given =
        verifier.orElseThrow(
            () ->
                new InvalidInputException(
                    "verifier: expected one, found none. Set verifier(attempt ->"
                        + " Verdict.of(…)); its verdicts are what the learner learns from."));
    if (resume && checkpoint.isEmpty()) {
      throw new InvalidInputException(
          "resume: expected a checkpoint folder to go on from, found none. Set"
              + " checkpoint(folder).");
    }
    LearnerOptions chosen = chosenOptions();
    DpoObjective minimised = objective.orElseGet(engine::defaultObjective);
    MonitoredLearner monitored = new MonitoredLearner(models.monitors(), name);
    List<LearningListener> all = new ArrayList<>(List.of(monitored));
    all.addAll(listeners);
    OnlineLearner learner =
        engine.learner(
            new Setup(
                models.backgroundPolicy(),
                models.backgroundJudge(),
                models.policy() == engine.policy(),
                models.judge() == engine.judge(),
                flow,
                given,
                minimised,
                sampler,
                executor,
                pairRule.orElseGet(() -> minimised.rule(chosen.pairs())),
                chosen,
                new LearningListeners(all),
                checkpoint,
                resume,
                overwrite,
                redaction,
                validation,
                name,
                models::giveWay));
    monitored.begin(learner);
    return learner;
  }

  private record Setup(
      FlowPolicy policy,
      StopJudge judge,
      boolean enginePolicy,
      boolean engineJudge,
      FlowOptions flow,
      Verifier verifier,
      DpoObjective objective,
      RolloutSampler sampler,
      RolloutExecutor executor,
      PairRule pairRule,
      LearnerOptions options,
      LearningListener listener,
      Optional<Path> checkpoint,
      boolean resume,
      boolean overwrite,
      Function<PreferencePair, Optional<PreferencePair>> redaction,
      List<Problem> validation,
      String name,
      LongConsumer rightOfWay)
      implements LearnerSetup {
    @Override
    public void giveWay(long used) {
      rightOfWay.accept(used);
    }
  }
}
