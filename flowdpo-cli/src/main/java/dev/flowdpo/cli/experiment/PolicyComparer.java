package dev.flowdpo.cli.experiment;

import dev.flowdpo.comparison.Comparison;
import dev.flowdpo.comparison.Preference;
import dev.flowdpo.comparison.TraceComparer;
import dev.flowdpo.comparison.TracePair;
import dev.flowdpo.error.Require;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Compares traces with a local model: the trace is better whose tokens, the end of the sequence
 * among them, have the higher mean log-probability given the question. What a good model of such
 * texts expects is well-formed and follows from what stands before it, so a slip in a calculation
 * costs likelihood. It is no proof of an answer: a verifier decides what is right, this comparer
 * tells explanations apart where no endpoint is at hand.
 *
 * <p>The mean does not reward short traces as the sum does. The order of the traces plays no part,
 * so {@link #orderSwapped()} changes nothing. A difference below the margin is a tie; the
 * confidence is {@code 1 − exp(−difference / margin)}, or 1 without a margin. A trace that is too
 * long for the model is undecided.
 *
 * <p>Thread-safe; usable as long as the model is open.
 */
public final class PolicyComparer implements TraceComparer {
  /** The margin of {@link #of}, in nats per token. */
  public static final double DEFAULT_MARGIN = 0.01;

  private final CompletionScorer scorer;
  private final AdapterSnapshot adapter;
  private final ModelTokens tokens;
  private final int maxTokens;
  private final double margin;

  /**
   * Creates a comparer.
   *
   * @param base the model; not closed by this object
   * @param adapter the adapter to compare under, {@link AdapterSnapshot#none} for the base alone
   * @param tokens the model's text and ids
   * @param margin differences of mean log-probabilities below it are ties, in nats per token; at
   *     least 0
   * @throws dev.flowdpo.error.InvalidInputException if the margin is out of range
   */
  public PolicyComparer(
      FrozenBase base, AdapterSnapshot adapter, ModelTokens tokens, double margin) {
    this.scorer = new CompletionScorer(base);
    this.adapter = Objects.requireNonNull(adapter, "adapter");
    this.tokens = Objects.requireNonNull(tokens, "tokens");
    this.maxTokens = base.maxTokens();
    this.margin = Require.notNegative("margin", margin);
  }

  /**
   * Returns a comparer that reads with the base alone and has the default margin.
   *
   * @param base the model; not closed by the comparer
   * @param tokens the model's text and ids
   * @return the comparer
   */
  public static PolicyComparer of(FrozenBase base, ModelTokens tokens) {
    return new PolicyComparer(base, AdapterSnapshot.none(base.config()), tokens, DEFAULT_MARGIN);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.flowdpo.error.InvalidInputException if a question is too long for the model
   */
  @Override
  public List<Comparison> compare(List<TracePair> pairs) {
    List<Completion> completions = new ArrayList<>();
    for (TracePair pair : pairs) {
      int[] question = tokens.question(pair.problem().question()).toArray();
      for (String trace : List.of(pair.first(), pair.second())) {
        int[] ids = tokens.completion(trace).toArray();
        if (fits(question, ids)) {
          completions.add(new Completion(question, ids));
        }
      }
    }
    return comparisons(pairs, completions);
  }

  private boolean fits(int[] question, int[] trace) {
    return trace.length > 0 && question.length + trace.length - 1 <= maxTokens;
  }

  private List<Comparison> comparisons(List<TracePair> pairs, List<Completion> completions) {
    List<float[]> scores = scorer.tokenLogProbabilities(adapter, completions);
    List<Comparison> comparisons = new ArrayList<>();
    int next = 0;
    for (TracePair pair : pairs) {
      int[] question = tokens.question(pair.problem().question()).toArray();
      List<OptionalDouble> means = new ArrayList<>();
      for (String trace : List.of(pair.first(), pair.second())) {
        means.add(
            fits(question, tokens.completion(trace).toArray())
                ? OptionalDouble.of(mean(scores.get(next++)))
                : OptionalDouble.empty());
      }
      comparisons.add(comparison(means.get(0), means.get(1)));
    }
    return List.copyOf(comparisons);
  }

  private static double mean(float[] logProbabilities) {
    double sum = 0;
    for (float logProbability : logProbabilities) {
      sum += logProbability;
    }
    return sum / logProbabilities.length;
  }

  private Comparison comparison(OptionalDouble first, OptionalDouble second) {
    if (first.isEmpty() || second.isEmpty()) {
      return Comparison.undecided(
          "expected traces of 1 to so many tokens that they fit the model's "
              + maxTokens
              + " with the question, found another length in the "
              + (first.isEmpty() ? "first" : "second"));
    }
    double difference = first.getAsDouble() - second.getAsDouble();
    double size = Math.abs(difference);
    String reason =
        String.format(
            Locale.ROOT,
            "mean log-probability %.4f against %.4f",
            first.getAsDouble(),
            second.getAsDouble());
    if (size == 0 || size < margin) {
      return new Comparison(Preference.TIE, margin == 0 ? 1 : 1 - size / margin, reason);
    }
    double confidence = margin == 0 ? 1 : 1 - Math.exp(-size / margin);
    return new Comparison(
        difference > 0 ? Preference.FIRST : Preference.SECOND, confidence, reason);
  }
}
