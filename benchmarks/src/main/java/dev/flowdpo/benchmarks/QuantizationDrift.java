package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints how far the bundled model drifts when its weights are held in 8 or 4 bits:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.QuantizationDrift \
 *     [PROBLEMS [ADAPTERS]]
 * }</pre>
 *
 * <ul>
 *   <li>the perplexity a token of held-out solutions in the three styles that the model was trained
 *       on, with the exact values of the weights, as training computes it;
 *   <li>the mean difference of a decoded token's log-probability between decoding, which rounds
 *       activations too, and that exact computation;
 *   <li>the greedy accuracy of the flow on held-out problems, with the adapters of {@code ADAPTERS}
 *       where they are given.
 * </ul>
 */
public final class QuantizationDrift {
  private final List<WordProblem> problems;
  private final Optional<Path> adapters;

  private QuantizationDrift(List<WordProblem> problems, Optional<Path> adapters) {
    this.problems = problems;
    this.adapters = adapters;
  }

  /** Measures the three precisions; see the class comment. */
  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
    Optional<Path> adapters =
        arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : Optional.empty();
    QuantizationDrift drift = new QuantizationDrift(WordProblems.heldOut(count), adapters);
    System.out.printf(
        "%-8s %12s %12s %24s %10s%n",
        "weights", "perplexity", "of full", "decoded token, nats", "flow");
    double full = Double.NaN;
    for (Quantization quantization :
        List.of(Quantization.NONE, Quantization.INT8, Quantization.INT4)) {
      ModelOptions options =
          ModelOptions.builder().execution(e -> e.quantization(quantization)).build();
      EngineSettings.Builder settings = EngineSettings.builder().options(options);
      adapters.ifPresent(settings::adapters);
      AdapterFlowEngine engine = new AdapterFlowEngineProvider().open(settings.build());
      try (Flow flow = Flow.builder().engine(engine).build()) {
        double perplexity = drift.perplexity(engine);
        full = quantization == Quantization.NONE ? perplexity : full;
        System.out.printf(
            Locale.ROOT,
            "%-8s %12.4f %11.2f%% %24.5f %9.1f%%%n",
            quantization.name().toLowerCase(Locale.ROOT),
            perplexity,
            100 * (perplexity / full - 1),
            drift.decodingDifference(engine),
            100 * drift.accuracy(flow));
      }
    }
  }

  private double perplexity(AdapterFlowEngine engine) {
    ModelTokens tokens = engine.tokens();
    List<Completion> solutions = new ArrayList<>();
    for (WordProblem problem : problems) {
      for (SolutionStyle style : SolutionStyle.values()) {
        solutions.add(
            new Completion(
                tokens.question(problem.question()).toArray(),
                tokens.completion(style.write(problem)).toArray()));
      }
    }
    double sum = 0;
    long count = 0;
    AdapterSnapshot none = AdapterSnapshot.none(engine.base().config());
    for (float[] scores :
        new CompletionScorer(engine.base()).tokenLogProbabilities(none, solutions)) {
      for (float score : scores) {
        sum -= score;
      }
      count += scores.length;
    }
    return Math.exp(sum / count);
  }

  /** Without adapters, so that the scorer and the policy are the same model. */
  private double decodingDifference(AdapterFlowEngine engine) {
    if (adapters.isPresent()) {
      return Double.NaN;
    }
    List<ChunkRequest> requests = new ArrayList<>();
    for (WordProblem problem : problems) {
      PartialAnswer start = PartialAnswer.start(problem.toProblem());
      requests.add(new ChunkRequest(start, 8, SamplingOptions.of(1), problem.answer()));
    }
    List<Completion> decoded = new ArrayList<>();
    List<Double> found = new ArrayList<>();
    engine
        .policy()
        .extend(requests)
        .forEach(
            chunk -> {
              int[] prompt =
                  engine.tokens().question(problems.get(decoded.size()).question()).toArray();
              TokenIds tokens = chunk.tokens();
              decoded.add(new Completion(prompt, tokens.toArray()));
              found.add(chunk.logProbability().orElseThrow());
            });
    AdapterSnapshot none = AdapterSnapshot.none(engine.base().config());
    double difference = 0;
    long count = 0;
    List<float[]> exact = new CompletionScorer(engine.base()).tokenLogProbabilities(none, decoded);
    for (int i = 0; i < exact.size(); i++) {
      double sum = 0;
      for (float score : exact.get(i)) {
        sum += score;
      }
      difference += Math.abs(sum - found.get(i));
      count += exact.get(i).length;
    }
    return difference / count;
  }

  private double accuracy(Flow flow) {
    Flow greedy = flow.withOptions(options -> options.sampling(SamplingOptions.greedy()));
    List<Problem> asked = problems.stream().map(WordProblem::toProblem).toList();
    int right = 0;
    for (Solution solution : greedy.solveAll(asked)) {
      right += solution.finalAnswer().equals(solution.problem().answer()) ? 1 : 0;
    }
    return (double) right / asked.size();
  }
}
