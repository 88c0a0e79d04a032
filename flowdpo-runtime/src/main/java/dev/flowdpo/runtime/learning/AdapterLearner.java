package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.training.AdamW;
import dev.flowdpo.runtime.training.AdapterState;
import dev.flowdpo.runtime.training.LearningRateSchedule;
import dev.flowdpo.runtime.training.PreferenceFigures;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.value.Seeds;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
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
  private final AdapterSnapshot initial;
  private AdapterSnapshot reference;
  private final LearnerOptions options;
  private final DpoObjective objective;
  private final PreferenceGradient gradient;
  private final LearningRateSchedule learningRate;
  private final INDArray parameters;
  private final AdamW optimizer;
  private final LeakDetector.Handle open = LeakDetector.opened(this, "A learner of an adapter");

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
    this.initial = initial;
    this.layout = initial.layout();
    this.alpha = initial.alpha();
    this.reference = reference;
    this.options = options;
    this.objective = objective;
    this.gradient = gradient;
    this.learningRate =
        new LearningRateSchedule(
            role == AdapterRole.ANSWER ? options.rates().answer() : options.rates().stop(),
            options.rates().warmupUpdates(),
            options.rates().schedule());
    this.parameters = Nd4j.createFromArray(initial.values());
    this.optimizer = new AdamW(AdamW.Settings.of(options.optimizer()), layout.size());
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
    return snapshot(parameters.toFloatVector());
  }

  /**
   * Takes one optimizer step on these pairs, unless its gradient is not a number or too long.
   *
   * @param problems the number of problems learned from so far, which a falling schedule follows
   * @param skipped is given the gradient's norm where no step is taken
   * @return nothing where no step is taken
   */
  Optional<UpdateMetrics> update(List<PreferencePair> pairs, int problems, DoubleConsumer skipped) {
    long dropoutSeed = Seeds.mix(options.seed(), role.ordinal(), optimizer.steps());
    try (PreferenceGradient.Result result =
        gradient.compute(snapshot(), reference, pairs, objective, dropoutSeed)) {
      double norm = AdamW.clip(result.gradient(), options.optimizer().clipNorm());
      // A comparison that NaN fails, too; an infinite element makes the norm infinite.
      if (!(norm <= options.optimizer().skipNorm()) || !Double.isFinite(result.loss())) {
        skipped.accept(norm);
        return Optional.empty();
      }
      double rate = learningRate(problems);
      optimizer.step(parameters, result.gradient(), rate);
      int refresh = options.updates().referenceRefreshUpdates();
      if (refresh > 0 && optimizer.steps() % refresh == 0) {
        reference = snapshot();
      }
      return Optional.of(metrics(pairs, result, norm, rate));
    }
  }

  private double learningRate(int problems) {
    int total = options.rates().totalProblems();
    double left = total == 0 ? 1 : Math.max(0, 1 - (double) problems / total);
    return learningRate.at(optimizer.steps(), left);
  }

  private UpdateMetrics metrics(
      List<PreferencePair> pairs, PreferenceGradient.Result result, double norm, double rate) {
    PreferenceFigures figures = PreferenceFigures.of(result.sums(), objective.beta());
    return UpdateMetrics.builder(role, optimizer.steps(), pairs.size())
        .loss(result.loss())
        .rewards(
            figures.rewardsChosen(),
            figures.rewardsRejected(),
            figures.margin(),
            figures.accuracy())
        .logps(figures.chosenLogProbability(), figures.rejectedLogProbability())
        .step(norm, rate)
        .samplerDifference(SamplerDifference.of(pairs, result.sums(), objective.readsChosenOnly()))
        .build();
  }

  /** Returns what a checkpoint keeps: the parameters and the optimizer. */
  AdapterState state() {
    return new AdapterState(parameters.toFloatVector(), optimizer.state());
  }

  /** Goes back to a state. */
  void restore(AdapterState state) {
    try (INDArray values = Nd4j.createFromArray(state.parameters())) {
      parameters.assign(values);
    }
    optimizer.restore(state.optimizer());
  }

  /** Says whether learning can go on from a snapshot. */
  boolean fits(AdapterSnapshot snapshot) {
    return !snapshot.changesModel()
        || (snapshot.layout().sameAs(layout) && snapshot.alpha() == alpha);
  }

  /** Learns on from a snapshot that fits, with an empty optimizer; the schedule goes on. */
  void takeUp(AdapterSnapshot snapshot) {
    AdapterSnapshot from = snapshot.changesModel() ? snapshot : initial;
    float[] zeros = new float[layout.size()];
    restore(new AdapterState(from.values(), new AdamW.State(optimizer.steps(), zeros, zeros)));
  }

  /** Returns the layout of the parameters. */
  AdapterLayout layout() {
    return layout;
  }

  /** Returns a snapshot with other values. */
  AdapterSnapshot snapshot(float[] values) {
    return AdapterSnapshot.of(layout, alpha, options.lora().dropout(), values);
  }

  /** Frees the parameters and the optimizer. */
  @Override
  public void close() {
    open.closed();
    parameters.close();
    optimizer.close();
  }
}
