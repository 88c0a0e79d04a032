package dev.flowdpo.benchmarks;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.AdapterStopJudge;
import dev.flowdpo.runtime.inference.AnswerPolicy;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures single figures of one model under one adapter. A figure is
 *
 * <ul>
 *   <li>{@code decode:ROWS:PROMPT:TOKENS}: tokens a second of so many answers at once, each after a
 *       prompt of its own that is read before the clock starts;
 *   <li>{@code shared:ROWS:PROMPT:TOKENS}: the same of answers after one prompt, as rollouts are;
 *   <li>{@code prefill:TOKENS}: tokens a second of reading one prompt and writing its first token;
 *   <li>{@code flow:CHUNKS:TOKENS:PROMPT}: seconds a token of a flow of so many chunks, each of so
 *       many tokens and judged under an adapter of its own, as a multiple of those of one long
 *       chunk;
 *   <li>{@code tree:ROLLOUTS:PROBLEMS}: seconds of rolling so many problems out, 3 chunks of 32
 *       tokens each, with so many alternatives a node;
 *   <li>{@code step:TOKENS:SCORED:DROPOUT}: seconds of the gradient of one pair's DPO loss, the
 *       reference included, of two texts of so many tokens, the last of which are scored.
 * </ul>
 *
 * <p>Owns the model. Confined to one thread.
 */
final class SpeedFigures implements AutoCloseable {
  private final AdapterFlowEngine engine;
  private final Tokenizer tokenizer;
  private final AdapterSnapshot adapter;
  private final FlowPolicy policy;
  private final StopJudge judge;
  private int asked;

  /**
   * @param rank that of an adapter at every linear layer, 0 for none
   */
  SpeedFigures(Path model, Quantization quantization, int rank) {
    this(
        model,
        ModelOptions.builder().execution(e -> e.quantization(quantization)).maxTokens(4096).build(),
        rank);
  }

  /**
   * @param rank that of an adapter at every linear layer, 0 for none
   */
  SpeedFigures(Path model, ModelOptions options, int rank) {
    ModelSource source = ModelSource.of(model);
    this.engine =
        new AdapterFlowEngineProvider()
            .open(EngineSettings.builder().model(model).options(options).build());
    this.tokenizer = source.tokenizer();
    Prompts prompts =
        Prompts.of(source.promptSettings(), tokenizer, base().config(), Clock.systemUTC());
    this.adapter = adapter(base(), rank);
    this.policy = new AnswerPolicy(base(), prompts, tokenizer, new AdapterSlot(adapter));
    this.judge = new AdapterStopJudge(base(), prompts, new AdapterSlot(adapter(base(), 8)), 0.5);
  }

  FrozenBase base() {
    return engine.base();
  }

  AdapterSnapshot adapter() {
    return adapter;
  }

  /** Returns the best tokens after prompts of several lengths, so many each. */
  List<int[]> greedy(int tokens) {
    List<PartialAnswer> starts = new ArrayList<>();
    for (int length : new int[] {8, 24, 40, 80}) {
      starts.add(PartialAnswer.start(problem(length)));
    }
    return policy.extend(requests(starts, tokens, SamplingOptions.greedy())).stream()
        .map(chunk -> chunk.tokens().toArray())
        .toList();
  }

  /** Returns a pair of random tokens; the last of its two texts are scored. */
  static PreferencePair pair(FrozenBase base, int tokens, int scored) {
    SplittableRandom random = new SplittableRandom(1);
    return new PreferencePair(
        AdapterRole.ANSWER,
        tokens(random, tokens - scored, base),
        new RewardedCompletion(tokens(random, scored, base), 1),
        new RewardedCompletion(tokens(random, scored, base), 0),
        "pair",
        0);
  }

  /**
   * Measures a figure once.
   *
   * @throws IllegalArgumentException if it is none
   */
  double measure(String figure) {
    String[] parts = figure.split(":", -1);
    return switch (parts[0]) {
      case "decode" -> decode(number(parts, 1), number(parts, 2), number(parts, 3), false);
      case "shared" -> decode(number(parts, 1), number(parts, 2), number(parts, 3), true);
      case "flow" -> flow(number(parts, 1), number(parts, 2), number(parts, 3));
      case "tree" -> tree(number(parts, 1), number(parts, 2));
      case "prefill" -> prefill(number(parts, 1));
      case "step" ->
          step(
              base(),
              AdapterSnapshot.of(
                  adapter.layout(),
                  adapter.alpha(),
                  Double.parseDouble(parts[3]),
                  adapter.values()),
              number(parts, 1),
              number(parts, 2));
      default -> throw new IllegalArgumentException("No figure of this class: " + figure);
    };
  }

  private static int number(String[] parts, int index) {
    return Integer.parseInt(parts[index]);
  }

  @Override
  public void close() {
    tokenizer.close();
    engine.close();
  }

  /** An adapter as after some learning: A as at first, B small and not zero. */
  private static AdapterSnapshot adapter(FrozenBase base, int rank) {
    if (rank == 0) {
      return AdapterSnapshot.none(base.config());
    }
    AdapterLayout layout = AdapterLayout.of(base.config(), rank);
    SplittableRandom random = new SplittableRandom(7);
    float[] values = new float[layout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.02 * (random.nextDouble() - 0.5));
    }
    return AdapterSnapshot.of(layout, rank, 0, values);
  }

  private double decode(int rows, int prompt, int tokens, boolean onePrompt) {
    // Long answers take the words as they come, so that no row ends before the others do.
    SamplingOptions sampling = SamplingOptions.of(1);
    List<PartialAnswer> begun = new ArrayList<>();
    for (int row = 0; row < (onePrompt ? 1 : rows); row++) {
      begun.add(PartialAnswer.start(problem(prompt)));
    }
    List<Chunk> first = policy.extend(requests(begun, 1, sampling));
    List<PartialAnswer> going = new ArrayList<>();
    for (int row = 0; row < begun.size(); row++) {
      going.add(begun.get(row).append(first.get(row)));
    }
    if (onePrompt) {
      going = Collections.nCopies(rows, going.get(0));
    }
    long begin = System.nanoTime();
    int written = 0;
    for (Chunk chunk : policy.extend(requests(going, tokens, sampling))) {
      written += chunk.tokens().length();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    going.forEach(policy::forget);
    return written / seconds;
  }

  private double prefill(int tokens) {
    PartialAnswer start = PartialAnswer.start(problem(tokens));
    int read = policy.promptTokens(start.problem()).orElseThrow();
    long begin = System.nanoTime();
    policy.extend(requests(List.of(start), 1, SamplingOptions.greedy()));
    double seconds = (System.nanoTime() - begin) / 1e9;
    policy.forget(start);
    return read / seconds;
  }

  private double flow(int chunks, int tokens, int prompt) {
    return secondsAToken(chunks, tokens, prompt, true)
        / secondsAToken(1, chunks * tokens, prompt, false);
  }

  private double secondsAToken(int chunks, int tokens, int prompt, boolean judged) {
    PartialAnswer answer = PartialAnswer.start(problem(prompt));
    long begin = System.nanoTime();
    for (int i = 0; i < chunks && !answer.endedBySequenceEnd(); i++) {
      List<ChunkRequest> request = requests(List.of(answer), tokens, SamplingOptions.of(1));
      answer = answer.append(policy.extend(request).get(0));
      if (judged) {
        judge.judge(List.of(answer));
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    policy.forget(answer);
    judge.forget(answer);
    return seconds / answer.contentTokens().length();
  }

  private double tree(int rollouts, int problems) {
    List<Problem> group = new ArrayList<>();
    for (int i = 0; i < problems; i++) {
      group.add(problem(128));
    }
    RolloutRequest request =
        RolloutRequest.builder(
                group, policy, StopRules.afterChunks(3), attempt -> Verdict.unknown("-"))
            .options(
                FlowOptions.builder()
                    .chunkSize(32)
                    .maxChunks(3)
                    .sampling(SamplingOptions.of(1))
                    .build())
            .rolloutsPerNode(rollouts)
            .build();
    long begin = System.nanoTime();
    List<RolloutTree> trees = RolloutSampler.tree().sample(request);
    double seconds = (System.nanoTime() - begin) / 1e9;
    trees.forEach(tree -> policy.forget(tree.original().answer()));
    return seconds;
  }

  private static List<ChunkRequest> requests(
      List<PartialAnswer> answers, int tokens, SamplingOptions sampling) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int row = 0; row < answers.size(); row++) {
      requests.add(new ChunkRequest(answers.get(row), tokens, sampling, row));
    }
    return requests;
  }

  /** A question of about so many tokens that was not asked before. */
  private Problem problem(int tokens) {
    String first = "Question " + ++asked + ":";
    int empty = policy.promptTokens(Problem.of(first)).orElseThrow();
    int line = policy.promptTokens(Problem.of(first + " Tom has 3 apples.")).orElseThrow() - empty;
    return Problem.of(first + " Tom has 3 apples.".repeat(Math.max(0, (tokens - empty) / line)));
  }

  /**
   * Seconds of the gradient of one pair's DPO loss by an adapter, on the way that the learner
   * takes, the reference included.
   *
   * @param tokens those of each of two texts, the last of which are scored
   */
  static double step(FrozenBase base, AdapterSnapshot adapter, int tokens, int scored) {
    PreferencePair pair = pair(base, tokens, scored);
    long begin = System.nanoTime();
    try (PreferenceGradient.Result result =
        PreferenceGradient.of(base, base.gradients())
            .compute(
                adapter,
                AdapterSnapshot.none(base.config()),
                List.of(pair),
                DpoObjective.sigmoid(1),
                0)) {
      if (!Double.isFinite(result.loss())) {
        throw new IllegalStateException("The loss is " + result.loss());
      }
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static TokenIds tokens(SplittableRandom random, int count, FrozenBase base) {
    return TokenIds.copyOf(random.ints(count, 0, base.config().vocabularySize()));
  }
}
