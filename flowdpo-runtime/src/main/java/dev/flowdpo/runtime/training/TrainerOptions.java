package dev.flowdpo.runtime.training;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.Objects;

/**
 * The numbers of an {@link AdapterTrainer}. "Paper" below is the compile stage of Flow-DPO, arXiv
 * 2410.22304, section 4.3, whose models have 8 and 14 billion parameters; small models want larger
 * rates. Immutable and thread-safe.
 *
 * @param batch examples that go through the model together, at least 1; paper: 16
 * @param accumulation batches whose gradients make one step, at least 1; paper: 2
 * @param epochs how often all examples are seen, at least 1; paper: 3
 * @param learningRate the peak, above 0; paper: 2e-4
 * @param decay how the rate goes on after the warm-up; default linear
 * @param warmupRatio share of all steps over which the rate rises, in [0, 1]; paper: 0.1
 * @param clipNorm largest global norm of a gradient, above 0; default 1
 * @param rank of a fresh adapter, at least 1; paper: 16
 * @param alpha LoRA's alpha of a fresh adapter, above 0; paper: 16
 * @param dropout chance in [0, 1) that an adapter's input element is dropped; default 0.05
 * @param weightDecay AdamW's decoupled weight decay, at least 0; default 0
 * @param adamBeta1 AdamW's decay of the first moment, in [0, 1); default 0.9
 * @param adamBeta2 AdamW's decay of the second moment, in [0, 1); default 0.999
 * @param adamEpsilon AdamW's epsilon, above 0; default 1e-8
 * @param heldOutShare share of the problems that are held out, in [0, 1); default 0.1
 * @param patience after how many measurements without a lower held-out loss training stops; 0 to go
 *     on to the end; default 2
 * @param evaluateEvery steps between two measurements, at least 0; default 0, the end of every
 *     epoch
 * @param checkpointEvery steps between two checkpoints, at least 1; default 50; every measurement
 *     is followed by one too
 * @param groupByLength whether examples of similar lengths are batched; default true
 * @param seed from which every random choice derives; default 0
 */
public record TrainerOptions(
    int batch,
    int accumulation,
    int epochs,
    double learningRate,
    Decay decay,
    double warmupRatio,
    double clipNorm,
    int rank,
    double alpha,
    double dropout,
    double weightDecay,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double heldOutShare,
    int patience,
    int evaluateEvery,
    int checkpointEvery,
    boolean groupByLength,
    long seed) {

  /** How the learning rate goes on after its warm-up. */
  public enum Decay {
    /** It stays. */
    CONSTANT,
    /** It falls in a straight line to 0 after the last step. */
    LINEAR,
    /** It falls along half a cosine to 0 after the last step. */
    COSINE;

    /** Returns the share of the peak that is left at a share of the way, both in [0, 1]. */
    double factor(double way) {
      return switch (this) {
        case CONSTANT -> 1;
        case LINEAR -> 1 - way;
        case COSINE -> 0.5 * (1 + Math.cos(Math.PI * way));
      };
    }
  }

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if one is out of its range
   */
  public TrainerOptions {
    Require.atLeast(1, "batch", batch);
    Require.atLeast(1, "accumulation", accumulation);
    Require.atLeast(1, "epochs", epochs);
    Require.positive("learningRate", learningRate);
    Objects.requireNonNull(decay, "decay");
    Require.within(0, 1, "warmupRatio", warmupRatio);
    Require.positive("clipNorm", clipNorm);
    Require.atLeast(1, "rank", rank);
    Require.positive("alpha", alpha);
    Require.below(0, 1, "dropout", dropout);
    Require.notNegative("weightDecay", weightDecay);
    Require.below(0, 1, "adamBeta1", adamBeta1);
    Require.below(0, 1, "adamBeta2", adamBeta2);
    Require.positive("adamEpsilon", adamEpsilon);
    Require.below(0, 1, "heldOutShare", heldOutShare);
    Require.atLeast(0, "patience", patience);
    Require.atLeast(0, "evaluateEvery", evaluateEvery);
    Require.atLeast(1, "checkpointEvery", checkpointEvery);
  }

  /** Returns the values of the paper, and this project's defaults for what it leaves open. */
  public static TrainerOptions paper() {
    return new TrainerOptionsBuilder().build();
  }

  /** Returns a builder that starts from {@link #paper()}. */
  public static TrainerOptionsBuilder builder() {
    return new TrainerOptionsBuilder();
  }

  /** Returns the adapter that training begins with where none is given. */
  public AdapterSnapshot freshAdapter(ModelConfig config) {
    return AdapterSnapshot.initial(AdapterLayout.of(config, rank), alpha, dropout, seed);
  }

  /** Returns a builder that starts from these options. */
  public TrainerOptionsBuilder toBuilder() {
    return new TrainerOptionsBuilder(this);
  }

  /** Returns the number of examples of a step. */
  public int examplesPerStep() {
    return Math.multiplyExact(batch, accumulation);
  }

  /**
   * Returns the learning rate of a step: it rises in equal steps over the warm-up and then follows
   * {@link #decay}.
   *
   * @param step from 0
   * @param totalSteps of the whole training
   */
  public double learningRate(int step, int totalSteps) {
    int warmup = (int) Math.ceil(warmupRatio * totalSteps);
    if (step < warmup) {
      return learningRate * (step + 1) / warmup;
    }
    return learningRate * decay.factor((double) (step - warmup) / Math.max(1, totalSteps - warmup));
  }
}
