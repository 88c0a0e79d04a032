package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.training.AdamW;
import dev.flowdpo.runtime.training.AdapterState;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One adapter that learns: its parameters, its optimizer, and the reference, which stands still or
 * is renewed every so many updates. The parameters are a working copy; {@link #snapshot} gives what
 * flows may use. Not thread-safe. Owns native memory; close it.
 */
final class AdapterLearner implements AutoCloseable {
  private final AdapterRole role;
  private final AdapterLayout layout;
  private final double alpha;
  private AdapterSnapshot reference;
  private final LearnerOptions options;
  private final DpoObjective objective;
  private final PreferenceGradient gradient;
  private final double peakLearningRate;
  private final INDArray parameters;
  private final AdamW optimizer;

  /**
   * @param initial what to start from
   * @param reference what the objective compares with
   */
  AdapterLearner(
      AdapterRole role,
      AdapterSnapshot initial,
      AdapterSnapshot reference,
      LearnerOptions options,
      DpoObjective objective,
      PreferenceGradient gradient) {
    this.role = role;
    this.layout = initial.layout();
    this.alpha = initial.alpha();
    this.reference = reference;
    this.options = options;
    this.objective = objective;
    this.gradient = gradient;
    this.peakLearningRate =
        role == AdapterRole.ANSWER ? options.rates().answer() : options.rates().stop();
    this.parameters = Nd4j.createFromArray(initial.values());
    this.optimizer =
        new AdamW(
            new AdamW.Settings(
                options.optimizer().adamBeta1(),
                options.optimizer().adamBeta2(),
                options.optimizer().adamEpsilon(),
                options.optimizer().weightDecay()),
            layout.size());
  }

  AdapterRole role() {
    return role;
  }

  AdapterSnapshot reference() {
    return reference;
  }

  /** Returns the number of updates so far. */
  int updates() {
    return Math.toIntExact(optimizer.steps());
  }

  /** Returns the adapter as it is now. */
  AdapterSnapshot snapshot() {
    return AdapterSnapshot.of(layout, alpha, options.lora().dropout(), parameters.toFloatVector());
  }

  /**
   * Takes one optimizer step on these pairs.
   *
   * @param problems the number of problems learned from so far, which a linear schedule follows
   */
  UpdateMetrics update(List<PreferencePair> pairs, int problems) {
    long dropoutSeed = Seeds.mix(options.seed(), role.ordinal(), optimizer.steps());
    try (PreferenceGradient.Result result =
        gradient.compute(snapshot(), reference, pairs, objective, dropoutSeed)) {
      double norm = AdamW.clip(result.gradient(), options.optimizer().clipNorm());
      double rate = learningRate(problems);
      optimizer.step(parameters, result.gradient(), rate);
      int refresh = options.updates().referenceRefreshUpdates();
      if (refresh > 0 && optimizer.steps() % refresh == 0) {
        reference = snapshot();
      }
      return metrics(pairs.size(), result, norm, rate);
    }
  }

  private double learningRate(int problems) {
    int warmup = options.rates().warmupUpdates();
    double rise = warmup == 0 ? 1 : Math.min(1, (optimizer.steps() + 1.0) / warmup);
    double fall =
        options.rates().schedule() == Schedule.LINEAR
            ? Math.max(0, 1 - (double) problems / options.rates().totalProblems())
            : 1;
    return peakLearningRate * rise * fall;
  }

  private UpdateMetrics metrics(
      int pairs, PreferenceGradient.Result result, double norm, double rate) {
    List<LogProbabilitySums> sums = result.sums();
    double beta = objective.beta();
    ToDoubleFunction<LogProbabilitySums> chosen =
        s -> beta * (s.policyChosen() - s.referenceChosen());
    ToDoubleFunction<LogProbabilitySums> rejected =
        s -> beta * (s.policyRejected() - s.referenceRejected());
    double rewardsChosen = mean(sums, chosen);
    double rewardsRejected = mean(sums, rejected);
    return new UpdateMetrics(
        role,
        optimizer.steps(),
        pairs,
        result.loss(),
        rewardsChosen,
        rewardsRejected,
        rewardsChosen - rewardsRejected,
        mean(sums, s -> chosen.applyAsDouble(s) > rejected.applyAsDouble(s) ? 1 : 0),
        mean(sums, LogProbabilitySums::policyChosen),
        mean(sums, LogProbabilitySums::policyRejected),
        norm,
        rate);
  }

  private static double mean(
      List<LogProbabilitySums> sums, ToDoubleFunction<LogProbabilitySums> value) {
    return sums.stream().mapToDouble(value).average().orElse(0);
  }

  /** Returns what a checkpoint keeps: the parameters and the optimizer. */
  AdapterState state() {
    return new AdapterState(parameters.toFloatVector(), optimizer.state());
  }

  /** Goes back to a state. */
  void restore(AdapterState state) {
    parameters.assign(Nd4j.createFromArray(state.parameters()));
    optimizer.restore(state.optimizer());
  }

  /** Frees the parameters and the optimizer. */
  @Override
  public void close() {
    parameters.close();
    optimizer.close();
  }
}
