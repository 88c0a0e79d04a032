package dev.flowdpo.runtime.training;

import com.google.common.hash.PrimitiveSink;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an {@link AdapterTrainer} minimises: a weighted mean over examples, whose gradient adds up
 * from micro-batches. {@link SupervisedLoss} and {@link PreferenceLoss} are the two of the method.
 *
 * <p>Implementations are thread-safe as far as the gradients are not shared.
 *
 * @param <E> an example
 */
public interface TrainingLoss<E> {

  /**
   * Means over some examples.
   *
   * @param loss the mean loss
   * @param weight the sum of the examples' weights
   * @param means further means by name; the names are those of TRL's trainers
   */
  record Figures(double loss, double weight, Map<String, Double> means) {

    /** Returns the means over the examples of all parts, at least one, with the same names. */
    static Figures ofAll(List<Figures> parts) {
      double weight = parts.stream().mapToDouble(Figures::weight).sum();
      double loss = 0;
      Map<String, Double> means = new LinkedHashMap<>();
      for (Figures part : parts) {
        double share = part.weight / weight;
        loss += share * part.loss;
        part.means.forEach((name, mean) -> means.merge(name, share * mean, Double::sum));
      }
      return new Figures(loss, weight, means);
    }
  }

  /** Returns what this loss is, with its numbers, for provenance. */
  String description();

  /** Returns the number of sequences that an example puts into a batch. */
  int sequences();

  /** Returns the most padded tokens, of all sequences together, that a batch may have. */
  int maxTokens();

  /** Returns the number of tokens of an example's longest sequence. */
  int length(E example);

  /** Returns how much an example counts in the mean. */
  double weight(E example);

  /** Puts all that makes an example into a hash. */
  void identify(E example, PrimitiveSink sink);

  /**
   * Adds the gradient of a micro-batch.
   *
   * @param policy the adapter that learns
   * @param examples go through the model together
   * @param totalWeight of all examples of the step, by which the sum of losses is divided
   * @param dropoutSeed what the dropout masks come from
   * @param gradient one element per adapter parameter; is added to
   * @return means over these examples alone
   */
  Figures add(
      AdapterSnapshot policy,
      List<E> examples,
      double totalWeight,
      long dropoutSeed,
      INDArray gradient);

  /**
   * Returns means over examples, with dropout off.
   *
   * @param examples any number of at least one
   */
  Figures evaluate(AdapterSnapshot policy, List<E> examples);
}
