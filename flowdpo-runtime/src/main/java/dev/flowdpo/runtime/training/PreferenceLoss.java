package dev.flowdpo.runtime.training;

import com.google.common.hash.PrimitiveSink;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of a preference objective over pairs, with {@link PreferenceFigures}. Every pair weighs
 * 1. Thread-safe.
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
    this.gradients = PreferenceGradient.of(base, base.gradients());
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
    return example.prompt().length()
        + Math.max(example.chosen().tokens().length(), example.rejected().tokens().length());
  }

  @Override
  public double weight(PreferencePair example) {
    return 1;
  }

  @Override
  public void identify(PreferencePair example, PrimitiveSink sink) {
    for (TokenIds tokens :
        List.of(example.prompt(), example.chosen().tokens(), example.rejected().tokens())) {
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
            new GroupGradient.Loss(objective, Math.toIntExact((long) totalWeight), dropoutSeed),
            gradient));
  }

  @Override
  public Figures evaluate(AdapterSnapshot policy, List<PreferencePair> examples) {
    return figures(gradients.evaluate(policy, reference, examples, objective));
  }

  private Figures figures(PreferenceGradient.Evaluation evaluation) {
    double loss = evaluation.values().stream().mapToDouble(GroupValue::loss).average().orElse(0);
    return new Figures(
        loss,
        evaluation.values().size(),
        PreferenceFigures.of(evaluation.sums(), objective.beta()).byName());
  }
}
