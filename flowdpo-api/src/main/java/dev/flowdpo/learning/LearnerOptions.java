package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import dev.flowdpo.preference.PairOptions;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The numbers of a learner, in groups. An engine's defaults fit its model: change them with {@link
 * dev.flowdpo.learning.OnlineLearner.Builder#options(Consumer)}, or make others from {@link
 * #paper()}. Values are those of Flow-DPO (arXiv 2410.22304, section 4), whose models have 8 and 14
 * billion parameters, and this project's defaults for what it leaves open. Immutable and
 * thread-safe.
 */
public final class LearnerOptions extends ByValue {
  private static final LearnerOptions PAPER =
      new LearnerOptions(
          new Values(
              LoraOptions.defaults(),
              OptimizerOptions.defaults(),
              LearningRates.paper(),
              RolloutOptions.defaults(),
              UpdateOptions.defaults(),
              PairOptions.defaults(),
              GateOptions.defaults(),
              SubmissionOptions.defaults(),
              100,
              0));

  private final Values values;

  private record Values(
      LoraOptions lora,
      OptimizerOptions optimizer,
      LearningRates rates,
      RolloutOptions rollouts,
      UpdateOptions updates,
      PairOptions pairs,
      GateOptions gate,
      SubmissionOptions submissions,
      int checkpointEveryProblems,
      long seed) {}

  private LearnerOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return the values of the paper, for models of 8 billion parameters and more} */
  public static LearnerOptions paper() {
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

  /** {@return what fresh adapters are} */
  public LoraOptions lora() {
    return values.lora;
  }

  /** {@return how adapters follow their gradients} */
  public OptimizerOptions optimizer() {
    return values.optimizer;
  }

  /** {@return how far a step goes} */
  public LearningRates rates() {
    return values.rates;
  }

  /** {@return how problems are explored} */
  public RolloutOptions rollouts() {
    return values.rollouts;
  }

  /** {@return when adapters take a step} */
  public UpdateOptions updates() {
    return values.updates;
  }

  /** {@return when two branches form a pair} */
  public PairOptions pairs() {
    return values.pairs;
  }

  /** {@return when updated adapters go live} */
  public GateOptions gate() {
    return values.gate;
  }

  /** {@return how submitted problems are taken in} */
  public SubmissionOptions submissions() {
    return values.submissions;
  }

  /** {@return the problems between two checkpoints, where a folder for them is set; default 100} */
  public int checkpointEveryProblems() {
    return values.checkpointEveryProblems;
  }

  /** {@return the seed from which every random number of the learner derives; default 0} */
  public long seed() {
    return values.seed;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private LoraOptions lora;
    private OptimizerOptions optimizer;
    private LearningRates rates;
    private RolloutOptions rollouts;
    private UpdateOptions updates;
    private PairOptions pairs;
    private GateOptions gate;
    private SubmissionOptions submissions;
    private int checkpointEveryProblems;
    private long seed;

    private Builder(Values values) {
      lora = values.lora;
      optimizer = values.optimizer;
      rates = values.rates;
      rollouts = values.rollouts;
      updates = values.updates;
      pairs = values.pairs;
      gate = values.gate;
      submissions = values.submissions;
      checkpointEveryProblems = values.checkpointEveryProblems;
      seed = values.seed;
    }

    /** Sets what fresh adapters are. */
    public Builder lora(LoraOptions lora) {
      this.lora = Objects.requireNonNull(lora, "lora");
      return this;
    }

    /** Changes what {@code change} sets of {@link #lora(LoraOptions)}; all else stays. */
    public Builder lora(Consumer<LoraOptions.Builder> change) {
      return lora(changed(lora.toBuilder(), change).build());
    }

    /** Sets how adapters follow their gradients. */
    public Builder optimizer(OptimizerOptions optimizer) {
      this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
      return this;
    }

    /** Changes what {@code change} sets of {@link #optimizer(OptimizerOptions)}; all else stays. */
    public Builder optimizer(Consumer<OptimizerOptions.Builder> change) {
      return optimizer(changed(optimizer.toBuilder(), change).build());
    }

    /** Sets how far a step goes. */
    public Builder rates(LearningRates rates) {
      this.rates = Objects.requireNonNull(rates, "rates");
      return this;
    }

    /** Changes what {@code change} sets of {@link #rates(LearningRates)}; all else stays. */
    public Builder rates(Consumer<LearningRates.Builder> change) {
      return rates(changed(rates.toBuilder(), change).build());
    }

    /** Sets how problems are explored. */
    public Builder rollouts(RolloutOptions rollouts) {
      this.rollouts = Objects.requireNonNull(rollouts, "rollouts");
      return this;
    }

    /** Changes what {@code change} sets of {@link #rollouts(RolloutOptions)}; all else stays. */
    public Builder rollouts(Consumer<RolloutOptions.Builder> change) {
      return rollouts(changed(rollouts.toBuilder(), change).build());
    }

    /** Sets when adapters take a step. */
    public Builder updates(UpdateOptions updates) {
      this.updates = Objects.requireNonNull(updates, "updates");
      return this;
    }

    /** Changes what {@code change} sets of {@link #updates(UpdateOptions)}; all else stays. */
    public Builder updates(Consumer<UpdateOptions.Builder> change) {
      return updates(changed(updates.toBuilder(), change).build());
    }

    /** Sets when two branches form a pair. */
    public Builder pairs(PairOptions pairs) {
      this.pairs = Objects.requireNonNull(pairs, "pairs");
      return this;
    }

    /** Changes what {@code change} sets of {@link #pairs(PairOptions)}; all else stays. */
    public Builder pairs(Consumer<PairOptions.Builder> change) {
      return pairs(changed(pairs.toBuilder(), change).build());
    }

    /** Sets when updated adapters go live. */
    public Builder gate(GateOptions gate) {
      this.gate = Objects.requireNonNull(gate, "gate");
      return this;
    }

    /** Changes what {@code change} sets of {@link #gate(GateOptions)}; all else stays. */
    public Builder gate(Consumer<GateOptions.Builder> change) {
      return gate(changed(gate.toBuilder(), change).build());
    }

    /** Sets how submitted problems are taken in. */
    public Builder submissions(SubmissionOptions submissions) {
      this.submissions = Objects.requireNonNull(submissions, "submissions");
      return this;
    }

    /** Changes what {@code change} sets of {@link #submissions(SubmissionOptions)}. */
    public Builder submissions(Consumer<SubmissionOptions.Builder> change) {
      return submissions(changed(submissions.toBuilder(), change).build());
    }

    /** Sets the problems between two checkpoints, at least 1. */
    public Builder checkpointEveryProblems(int checkpointEveryProblems) {
      this.checkpointEveryProblems =
          Require.atLeast(1, "checkpointEveryProblems", checkpointEveryProblems);
      return this;
    }

    /** Sets the seed, any number. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    private static <B> B changed(B builder, Consumer<B> change) {
      change.accept(builder);
      return builder;
    }

    /** {@return the options as set so far} */
    public LearnerOptions build() {
      return new LearnerOptions(
          new Values(
              lora,
              optimizer,
              rates,
              rollouts,
              updates,
              pairs,
              gate,
              submissions,
              checkpointEveryProblems,
              seed));
    }
  }
}
