package dev.flowdpo.benchmarks;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Milliseconds for the gradient of the DPO loss of so many pairs by an adapter of rank 8, both ways
 * that the engine has. A pair is a prompt of 48 random tokens with two completions of 8.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar PreferenceGradient -p pairs=4}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx1g",
      "-XX:+IgnoreUnrecognizedVMOptions",
      "--enable-native-access=ALL-UNNAMED"
    })
@State(Scope.Benchmark)
public class PreferenceGradientBenchmark {
  private static final int PROMPT = 48;
  private static final int COMPLETION = 8;
  private static final int RANK = 8;

  /** How many pairs one update has. */
  @Param({"4", "32"})
  public int pairs;

  /** Which way the gradient is formed. */
  @Param({"TAPS", "IN_GRAPH"})
  public GradientPath path = GradientPath.TAPS;

  private final FrozenBase base =
      FrozenBase.load(Checkpoint.open(BundledModel.folder()), SessionSettings.defaults());
  private final AdapterSnapshot reference = AdapterSnapshot.none(base.config());
  private final AdapterSnapshot policy =
      AdapterSnapshot.initial(AdapterLayout.of(base.config(), RANK), RANK, 0, 1);
  private final List<PreferencePair> batch = new ArrayList<>();

  /** Draws the pairs. */
  @Setup
  public void drawPairs() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < pairs; i++) {
      batch.add(
          new PreferencePair(
              AdapterRole.ANSWER,
              tokens(PROMPT, random),
              new RewardedCompletion(tokens(COMPLETION, random), 1),
              new RewardedCompletion(tokens(COMPLETION, random), 0),
              "pair " + i,
              0));
    }
  }

  private TokenIds tokens(int length, SplittableRandom random) {
    ModelConfig config = base.config();
    return TokenIds.copyOf(random.ints(length, 0, config.vocabularySize()));
  }

  /** Frees the model. */
  @TearDown
  public void close() {
    base.close();
  }

  /** Forms the gradient of one update. */
  @Benchmark
  public PreferenceGradient.Result gradient() {
    return PreferenceGradient.of(base, path)
        .compute(policy, reference, batch, DpoObjective.sigmoid(1), 0);
  }
}
