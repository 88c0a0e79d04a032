package dev.flowdpo.runtime.training;

import dev.flowdpo.error.Require;
import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.learning.OptimizerOptions;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of an {@link AdapterTrainer}. "Paper" below is the compile stage of Flow-DPO, arXiv
 * 2410.22304, section 4.3, whose models have 8 and 14 billion parameters; small models want larger
 * rates. A value out of its range is refused with an {@link
 * dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class TrainerOptions {
  private static final TrainerOptions PAPER =
      new TrainerOptions(
          new Values(
              16,
              2,
              3,
              2e-4,
              Schedule.LINEAR,
              0.1,
              LoraOptions.builder().rank(16).alpha(16).build(),
              OptimizerOptions.defaults(),
              0.1,
              2,
              0,
              50,
              true,
              0));

  private final Values values;

  private record Values(
      int batch,
      int accumulation,
      int epochs,
      double learningRate,
      Schedule schedule,
      double warmupShare,
      LoraOptions lora,
      OptimizerOptions optimizer,
      double heldOutShare,
      int patience,
      int evaluateEvery,
      int checkpointEvery,
      boolean groupByLength,
      long seed) {}

  private TrainerOptions(Values values) {
    this.values = values;
  }

  /** {@return the values of the paper, and this project's defaults for what it leaves open} */
  public static TrainerOptions paper() {
    return PAPER;
  }

  /** {@return a builder that starts from {@link #paper()}} */
  public static Builder builder() {
    return PAPER.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return examples that go through the model together; paper: 16} */
  public int batch() {
    return values.batch;
  }

  /** {@return batches whose gradients make one step; paper: 2} */
  public int accumulation() {
    return values.accumulation;
  }

  /** {@return how often all examples are seen; paper: 3} */
  public int epochs() {
    return values.epochs;
  }

  /** {@return the peak of the learning rate; paper: 2e-4} */
  public double learningRate() {
    return values.learningRate;
  }

  /** {@return how the rate goes on after the warm-up; default linear} */
  public Schedule schedule() {
    return values.schedule;
  }

  /** {@return the share of all steps over which the rate rises; paper: 0.1} */
  public double warmupShare() {
    return values.warmupShare;
  }

  /** {@return what a fresh adapter is; paper: rank 16, alpha 16; default dropout 0.05} */
  public LoraOptions lora() {
    return values.lora;
  }

  /**
   * {@return how the adapter follows its gradients; default {@link OptimizerOptions#defaults()}}
   */
  public OptimizerOptions optimizer() {
    return values.optimizer;
  }

  /** {@return the share of the problems that are held out; default 0.1} */
  public double heldOutShare() {
    return values.heldOutShare;
  }

  /**
   * {@return after how many measurements without a lower held-out loss training stops; 0 for never;
   * default 2}
   */
  public int patience() {
    return values.patience;
  }

  /**
   * {@return the steps between two measurements; 0, the default, for one at the end of every epoch}
   */
  public int evaluateEvery() {
    return values.evaluateEvery;
  }

  /**
   * {@return the steps between two checkpoints; every measurement is followed by one too; default
   * 50}
   */
  public int checkpointEvery() {
    return values.checkpointEvery;
  }

  /** {@return whether examples of similar lengths are batched; default true} */
  public boolean groupByLength() {
    return values.groupByLength;
  }

  /** {@return from which every random choice derives; default 0} */
  public long seed() {
    return values.seed;
  }

  /** {@return the adapter that training begins with where none is given} */
  public AdapterSnapshot freshAdapter(ModelConfig config) {
    return AdapterSnapshot.initial(config, lora(), seed());
  }

  /** {@return the number of examples of a step} */
  public int examplesPerStep() {
    return Math.multiplyExact(batch(), accumulation());
  }

  /**
   * {@return the learning rate of a step}
   *
   * @param step from 0
   * @param totalSteps of the whole training
   */
  public double learningRate(int step, int totalSteps) {
    int warmup = (int) Math.ceil(warmupShare() * totalSteps);
    return new LearningRateSchedule(learningRate(), warmup, schedule())
        .at(step, LearningRateSchedule.left(step, warmup, totalSteps));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrainerOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "TrainerOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int batch;
    private int accumulation;
    private int epochs;
    private double learningRate;
    private Schedule schedule;
    private double warmupShare;
    private LoraOptions lora;
    private OptimizerOptions optimizer;
    private double heldOutShare;
    private int patience;
    private int evaluateEvery;
    private int checkpointEvery;
    private boolean groupByLength;
    private long seed;

    private Builder(Values values) {
      batch = values.batch;
      accumulation = values.accumulation;
      epochs = values.epochs;
      learningRate = values.learningRate;
      schedule = values.schedule;
      warmupShare = values.warmupShare;
      lora = values.lora;
      optimizer = values.optimizer;
      heldOutShare = values.heldOutShare;
      patience = values.patience;
      evaluateEvery = values.evaluateEvery;
      checkpointEvery = values.checkpointEvery;
      groupByLength = values.groupByLength;
      seed = values.seed;
    }

    /** Sets the examples that go through the model together, at least 1. */
    public Builder batch(int batch) {
      this.batch = Require.atLeast(1, "batch", batch);
      return this;
    }

    /** Sets the batches whose gradients make one step, at least 1. */
    public Builder accumulation(int accumulation) {
      this.accumulation = Require.atLeast(1, "accumulation", accumulation);
      return this;
    }

    /** Sets how often all examples are seen, at least 1. */
    public Builder epochs(int epochs) {
      this.epochs = Require.atLeast(1, "epochs", epochs);
      return this;
    }

    /** Sets the peak of the learning rate, above 0. */
    public Builder learningRate(double learningRate) {
      this.learningRate = Require.positive("learningRate", learningRate);
      return this;
    }

    /** Sets how the rate goes on after the warm-up. */
    public Builder schedule(Schedule schedule) {
      this.schedule = Objects.requireNonNull(schedule, "schedule");
      return this;
    }

    /** Sets the share of all steps over which the rate rises, in [0, 1]. */
    public Builder warmupShare(double warmupShare) {
      this.warmupShare = Require.within(0, 1, "warmupShare", warmupShare);
      return this;
    }

    /** Sets what a fresh adapter is. */
    public Builder lora(LoraOptions lora) {
      this.lora = Objects.requireNonNull(lora, "lora");
      return this;
    }

    /** Changes what {@code change} sets of {@link #lora(LoraOptions)}; all else stays. */
    public Builder lora(Consumer<LoraOptions.Builder> change) {
      LoraOptions.Builder builder = lora.toBuilder();
      change.accept(builder);
      return lora(builder.build());
    }

    /** Sets how the adapter follows its gradients. */
    public Builder optimizer(OptimizerOptions optimizer) {
      this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
      return this;
    }

    /** Changes what {@code change} sets of {@link #optimizer(OptimizerOptions)}; all else stays. */
    public Builder optimizer(Consumer<OptimizerOptions.Builder> change) {
      OptimizerOptions.Builder builder = optimizer.toBuilder();
      change.accept(builder);
      return optimizer(builder.build());
    }

    /** Sets the share of the problems that are held out, in [0, 1). */
    public Builder heldOutShare(double heldOutShare) {
      this.heldOutShare = Require.below(0, 1, "heldOutShare", heldOutShare);
      return this;
    }

    /**
     * Sets after how many measurements without a lower held-out loss training stops; 0 to go on to
     * the end.
     */
    public Builder patience(int patience) {
      this.patience = Require.atLeast(0, "patience", patience);
      return this;
    }

    /** Sets the steps between two measurements; 0 for one at the end of every epoch. */
    public Builder evaluateEvery(int evaluateEvery) {
      this.evaluateEvery = Require.atLeast(0, "evaluateEvery", evaluateEvery);
      return this;
    }

    /** Sets the steps between two checkpoints, at least 1. */
    public Builder checkpointEvery(int checkpointEvery) {
      this.checkpointEvery = Require.atLeast(1, "checkpointEvery", checkpointEvery);
      return this;
    }

    /** Sets whether examples of similar lengths are batched. */
    public Builder groupByLength(boolean groupByLength) {
      this.groupByLength = groupByLength;
      return this;
    }

    /** Sets the seed from which every random choice derives. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** {@return the options as set so far} */
    public TrainerOptions build() {
      return new TrainerOptions(
          new Values(
              batch,
              accumulation,
              epochs,
              learningRate,
              schedule,
              warmupShare,
              lora,
              optimizer,
              heldOutShare,
              patience,
              evaluateEvery,
              checkpointEvery,
              groupByLength,
              seed));
    }
  }
}
