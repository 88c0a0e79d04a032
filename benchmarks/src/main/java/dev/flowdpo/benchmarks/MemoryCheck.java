package dev.flowdpo.benchmarks;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.memory.DecodingLoad;
import dev.flowdpo.runtime.memory.MemoryEstimate;
import dev.flowdpo.runtime.memory.MemoryPlace;
import dev.flowdpo.runtime.memory.ModelMemory;
import dev.flowdpo.runtime.memory.TrainingLoad;
import dev.flowdpo.runtime.training.AdamW;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares what {@link ModelMemory} says with the largest resident memory that Linux saw while this
 * process did what was asked of it, loading apart:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.MemoryCheck \
 *     MODEL NONE|INT8|INT4 ALL|DECODING|NONE decode BATCH PROMPT CHUNK
 *     MODEL NONE|INT8|INT4 ALL|DECODING|NONE train PAIRS TOKENS COMPLETION DROPOUT
 * }</pre>
 *
 * <p>{@code -Dcache=DIR} is the folder for quantised weights; make them beforehand, so that making
 * them does not count. Decoding reads questions of about so many tokens, then writes two chunks and
 * judges both. Training takes two optimizer steps of rank 8.
 */
public final class MemoryCheck {
  private static final int RANK = 8;
  private static final int TURNS = 2;

  private MemoryCheck() {}

  /** Runs one measurement; see the class comment. */
  public static void main(String[] arguments) {
    Path model = Path.of(arguments[0]);
    ModelOptions.Builder builder =
        ModelOptions.builder()
            .execution(
                execution ->
                    execution
                        .quantization(Quantization.valueOf(arguments[1]))
                        .packing(WeightPacking.valueOf(arguments[2])));
    Optional.ofNullable(System.getProperty("cache")).map(Path::of).ifPresent(builder::cache);
    ModelOptions options = builder.build();
    ModelMemory memory =
        ModelMemory.of(
            CheckpointContents.read(model), SessionSettings.defaults().with(options), RANK);
    int[] numbers = new int[3];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(arguments[4 + i]);
    }
    MemoryEstimate estimate;
    double loading;
    try (AdapterFlowEngine engine =
        new AdapterFlowEngineProvider()
            .open(EngineSettings.builder().model(model).options(options).build())) {
      loading = ResidentMemory.megabytes(ResidentMemory.Kind.PEAK);
      System.gc(); // unmaps what was only read to load
      ResidentMemory.resetPeak();
      if (arguments[3].equals("decode")) {
        DecodingLoad load = new DecodingLoad(numbers[0], numbers[1], numbers[2]);
        estimate = memory.decoding(load);
        decode(engine, load);
      } else {
        double dropout = Double.parseDouble(arguments[7]);
        TrainingLoad load = new TrainingLoad(numbers[0], numbers[1], numbers[2], dropout > 0);
        estimate = memory.training(load);
        train(engine.base(), load, dropout);
      }
    }
    print(String.join(" ", List.of(arguments).subList(1, arguments.length)), estimate, loading);
  }

  private static void decode(AdapterFlowEngine engine, DecodingLoad load) {
    FlowPolicy policy = engine.policy().snapshot();
    StopJudge judge = engine.judge().snapshot();
    List<PartialAnswer> answers = new ArrayList<>();
    for (int i = 0; i < load.batch(); i++) {
      answers.add(PartialAnswer.start(question(policy, load, i)));
    }
    for (int turn = 0; turn < TURNS; turn++) {
      List<ChunkRequest> requests = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        requests.add(
            new ChunkRequest(
                answers.get(i),
                load.chunkTokens() / TURNS,
                SamplingOptions.builder().temperature(1).topK(0).topP(0.9).build(),
                i));
      }
      List<Chunk> chunks = policy.extend(requests);
      for (int i = 0; i < answers.size(); i++) {
        answers.set(i, answers.get(i).append(chunks.get(i)));
      }
      judge.judge(answers);
    }
  }

  private static Problem question(FlowPolicy policy, DecodingLoad load, int number) {
    StringBuilder text = new StringBuilder("Question " + number + ":");
    Problem problem = Problem.of(text.toString());
    while (policy.promptTokens(problem).orElseThrow() < load.promptTokens()) {
      problem = Problem.of(text.append(" Tom has 3 apples.").toString());
    }
    return problem;
  }

  private static void train(FrozenBase base, TrainingLoad load, double dropout) {
    AdapterLayout layout = AdapterLayout.of(base.config(), RANK);
    AdapterSnapshot policy = AdapterSnapshot.initial(layout, RANK, dropout, 1);
    AdapterSnapshot reference = AdapterSnapshot.none(base.config());
    PreferenceGradient gradients = PreferenceGradient.of(base, GradientPath.TAPS);
    List<PreferencePair> pairs = pairs(base.config(), load);
    INDArray parameters = Nd4j.createFromArray(policy.values());
    try (AdamW optimizer = new AdamW(new AdamW.Settings(0.9, 0.999, 1e-8, 0), layout.size())) {
      for (int turn = 0; turn < TURNS; turn++) {
        try (PreferenceGradient.Result result =
            gradients.compute(policy, reference, pairs, DpoObjective.sigmoid(1), turn)) {
          optimizer.step(parameters, result.gradient(), 1e-4);
        }
      }
    }
  }

  private static List<PreferencePair> pairs(ModelConfig config, TrainingLoad load) {
    SplittableRandom random = new SplittableRandom(1);
    List<PreferencePair> pairs = new ArrayList<>();
    for (int i = 0; i < load.pairs(); i++) {
      pairs.add(
          new PreferencePair(
              AdapterRole.ANSWER,
              tokens(config, load.tokens() - load.completionTokens(), random),
              new RewardedCompletion(tokens(config, load.completionTokens(), random), 1),
              new RewardedCompletion(tokens(config, load.completionTokens(), random), 0),
              "pair " + i,
              0));
    }
    return pairs;
  }

  private static TokenIds tokens(ModelConfig config, int length, SplittableRandom random) {
    return TokenIds.copyOf(random.ints(length, 0, config.vocabularySize()));
  }

  private static void print(String what, MemoryEstimate estimate, double loading) {
    System.out.println(what);
    estimate
        .parts()
        .forEach(
            part ->
                System.out.printf(
                    Locale.ROOT,
                    "  %-40s %-15s %8.1f MB%n",
                    part.name(),
                    part.place().description(),
                    part.bytes() / 1e6));
    double total = estimate.total() / 1e6;
    double measured = ResidentMemory.megabytes(ResidentMemory.Kind.PEAK);
    System.out.printf(
        Locale.ROOT,
        "estimate %.0f MB (%.0f of it mapped files), measured %.0f MB at most"
            + " (at the end %.0f anonymous, %.0f of files; while loading %.0f): %.2f%n",
        total,
        estimate.total(MemoryPlace.MAPPED_FILES) / 1e6,
        measured,
        ResidentMemory.megabytes(ResidentMemory.Kind.ANONYMOUS),
        ResidentMemory.megabytes(ResidentMemory.Kind.FILES),
        loading,
        total / measured);
  }
}
