package dev.flowdpo.runtime.training;

import com.google.common.hash.PrimitiveSink;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.value.TokenIds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of a preference objective over pairs, with the figures that TRL's DPO trainer logs:
 * {@code rewards/chosen}, {@code rewards/rejected}, {@code rewards/margins}, {@code
 * rewards/accuracies}, {@code logps/chosen} and {@code logps/rejected}. Every pair weighs 1.
 * Thread-safe.
 */
public final class PreferenceLoss implements TrainingLoss<PreferencePair> {
  private final PreferenceGradient gradients;
  private final AdapterSnapshot reference;
  private final DpoObjective objective;

  /**
   * Computes with this model, which must stay open.
   *
   * @param reference the adapter that stands still; {@link AdapterSnapshot#none} for the base
   *     itself
   * @param objective what is minimised
   */
  public PreferenceLoss(FrozenBase base, AdapterSnapshot reference, DpoObjective objective) {
    this.gradients = PreferenceGradient.of(base, CompletionGradient.Path.TAPS);
    this.reference = reference;
    this.objective = objective;
  }

  @Override
  public String description() {
    return objective.toString();
  }

  @Override
  public int sequences() {
    return 2;
  }

  @Override
  public int maxTokens() {
    return gradients.maxTokens();
  }

  @Override
  public int length(PreferencePair example) {
    return PreferenceGradient.length(example);
  }

  @Override
  public double weight(PreferencePair example) {
    return 1;
  }

  @Override
  public void identify(PreferencePair example, PrimitiveSink sink) {
    for (TokenIds tokens : List.of(example.prompt(), example.chosen(), example.rejected())) {
      sink.putInt(tokens.length());
      tokens.forEach(sink::putInt);
    }
  }

  @Override
  public Figures add(
      AdapterSnapshot policy,
      List<PreferencePair> examples,
      double totalWeight,
      long dropoutSeed,
      INDArray gradient) {
    return figures(
        gradients.add(
            policy,
            reference,
            examples,
            new PreferenceGradient.Loss(
                objective, Math.toIntExact((long) totalWeight), dropoutSeed),
            gradient));
  }

  @Override
  public Figures evaluate(AdapterSnapshot policy, List<PreferencePair> examples) {
    return figures(gradients.evaluate(policy, reference, examples, objective));
  }

  private Figures figures(PreferenceGradient.Evaluation evaluation) {
    List<LogProbabilitySums> sums = evaluation.sums();
    double beta = objective.beta();
    ToDoubleFunction<LogProbabilitySums> chosen =
        s -> beta * (s.policyChosen() - s.referenceChosen());
    ToDoubleFunction<LogProbabilitySums> rejected =
        s -> beta * (s.policyRejected() - s.referenceRejected());
    Map<String, Double> means = new LinkedHashMap<>();
    means.put("rewards/chosen", mean(sums, chosen));
    means.put("rewards/rejected", mean(sums, rejected));
    means.put(
        "rewards/margins", mean(sums, s -> chosen.applyAsDouble(s) - rejected.applyAsDouble(s)));
    means.put(
        "rewards/accuracies",
        mean(sums, s -> chosen.applyAsDouble(s) > rejected.applyAsDouble(s) ? 1 : 0));
    means.put("logps/chosen", mean(sums, LogProbabilitySums::policyChosen));
    means.put("logps/rejected", mean(sums, LogProbabilitySums::policyRejected));
    return new Figures(mean(evaluation.values(), ObjectiveValue::loss), sums.size(), means);
  }

  private static <T> double mean(List<T> values, ToDoubleFunction<T> value) {
    return values.stream().mapToDouble(value).average().orElse(0);
  }
}
