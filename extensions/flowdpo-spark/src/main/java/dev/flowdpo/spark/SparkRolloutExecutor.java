package dev.flowdpo.spark;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.TreeRolloutSampler;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.spi.EngineSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Rolls out a learner's rounds on a Spark cluster. A round is a job; a task takes a shard of its
 * problems, on an executor that has the base model open from its first task on. The adapters go out
 * as a broadcast, once a version, which is destroyed when the next comes; trees come back as token
 * ids, log-probabilities and verdicts. The base model does not travel: every executor reads it from
 * a path, or has it bundled.
 *
 * <pre>{@code
 * VerifierFactory verifier = () -> new MathAnswerVerifier();
 * try (RolloutExecutor cluster = SparkRolloutExecutor.builder(spark, verifier).model(folder).build();
 *     OnlineLearner learner =
 *         flow.learner().verifier(verifier.create()).executor(cluster).build()) {
 *   learner.learn(problems);
 * }
 * }</pre>
 *
 * <p>What is learned equals to the byte what {@link RolloutExecutor#local(int)} with as many
 * problems a shard leads to, on machines of one kind of processor: however many executors there
 * are, in whichever order they answer, and whatever Spark repeats since an executor is lost.
 *
 * <p>A problem whose rollouts throw is passed over. So is one whose task Spark gives up, after
 * {@code spark.task.maxFailures} attempts, since it ends the process or fills its memory: the
 * shards that the failed job leaves are run again, each in a job of its own, and then problem by
 * problem.
 *
 * <p>Policy and judge are the engine's own; the sampler is the paper's, or one that Java can
 * serialise. Thread-safe; the rounds of one executor run one after the other.
 */
public final class SparkRolloutExecutor implements RolloutExecutor {
  private final JavaSparkContext spark;
  private final EngineSettings engine;
  private final VerifierFactory verifier;
  private final int problemsPerTask;
  private final Runnable onClose;
  private final String session = UUID.randomUUID().toString();
  private final Tally tally = new Tally();
  private Optional<Sent> sent = Optional.empty();
  private Optional<FlowException> refusal = Optional.empty();
  private boolean closed;

  /** The version of the adapters that executors can fetch. */
  private record Sent(long version, Broadcast<byte[]> adapters) {}

  private SparkRolloutExecutor(Builder builder) {
    spark = builder.spark;
    engine = builder.engine.build();
    verifier = builder.verifier;
    problemsPerTask = builder.problemsPerTask;
    onClose = builder.onClose;
  }

  /**
   * {@return a builder of an executor with the bundled model and 4 problems a task}
   *
   * @param spark the cluster; the caller stops it
   * @param verifier makes what judges at the executors, once a process
   * @throws InvalidInputException if Java cannot serialise the factory
   */
  public static Builder builder(JavaSparkContext spark, VerifierFactory verifier) {
    return new Builder(spark, verifier);
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidInputException if the learner's policy, judge or sampler cannot run elsewhere
   * @throws FlowException if the application has ended, or executors cannot open the model; then at
   *     once at every further round
   */
  @Override
  public synchronized List<RolloutOutcome> run(RolloutRound round) {
    if (closed) {
      throw new FlowClosedException("SparkRolloutExecutor: closed; make a new one");
    }
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    check(round);
    ShardJobs jobs = new ShardJobs(spark, "flowdpo-" + session);
    jobs.checkRunning();
    ModelSpec model = ModelSpec.of(engine, round.modelDigest());
    RolloutTask task =
        RolloutTask.of(round, model, session, adapters(round), verifier, lastAttempt());
    try {
      return new SparkRound(round, task, jobs, problemsPerTask, tally).run();
    } catch (TreeCodec.RefusalException e) {
      refusal = Optional.of(e);
      throw e;
    }
  }

  private static void check(RolloutRound round) {
    if (!round.engineModels()) {
      throw new InvalidInputException(
          "executor: expected a flow with the engine's own policy and judge, which executors open"
              + " from the model's files, found the application's; leave them to the engine, or"
              + " roll out by RolloutExecutor.local()");
    }
    RolloutSampler sampler = round.sampler();
    if (!(sampler instanceof TreeRolloutSampler)) {
      SerializedCheck.check(
          "sampler", sampler, "Make it Serializable, or leave it at RolloutSampler.tree().");
    }
  }

  private Broadcast<byte[]> adapters(RolloutRound round) {
    Optional<Sent> known = sent.filter(there -> there.version == round.version());
    if (known.isPresent()) {
      return known.get().adapters;
    }
    destroySent();
    byte[] bytes = AdapterBytes.of(round::writeAdapters);
    Broadcast<byte[]> adapters = spark.broadcast(bytes);
    tally.broadcast(bytes.length);
    sent = Optional.of(new Sent(round.version(), adapters));
    return adapters;
  }

  private void destroySent() {
    sent.ifPresent(there -> there.adapters.destroy());
    sent = Optional.empty();
  }

  /** A local master repeats nothing. */
  private int lastAttempt() {
    return isLocal() ? 0 : spark.getConf().getInt("spark.task.maxFailures", 4) - 1;
  }

  private boolean isLocal() {
    return spark.isLocal();
  }

  /** {@return what was done so far} */
  public RolloutFigures figures() {
    return tally.figures();
  }

  /**
   * Destroys the broadcast. Where driver and executors are one process, the models are closed;
   * executors elsewhere keep theirs for the next learner of the same application.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!spark.sc().isStopped()) {
      destroySent();
    }
    boolean local = isLocal();
    onClose.run();
    if (local) {
      ExecutorModels.release(session);
    }
  }

  /** Collects what an executor needs and checks each value at once. Not thread-safe. */
  public static final class Builder {
    private final JavaSparkContext spark;
    private final VerifierFactory verifier;
    private EngineSettings.Builder engine = EngineSettings.builder();
    private int problemsPerTask = 4;
    private Runnable onClose = () -> {};

    private Builder(JavaSparkContext spark, VerifierFactory verifier) {
      this.spark = Objects.requireNonNull(spark, "spark");
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      SerializedCheck.check(
          "verifier",
          verifier,
          "Let the factory make everything at the executor, and capture nothing of the driver's.");
    }

    /** Sets the folder or file of the base model, as every executor finds it. */
    public Builder model(Path model) {
      engine.model(model);
      return this;
    }

    /** Sets how executors load it; threads, device and cache are theirs, all else the driver's. */
    public Builder modelOptions(ModelOptions options) {
      engine.options(options);
      return this;
    }

    /** Sets both. */
    Builder engine(EngineSettings settings) {
      engine = settings.toBuilder();
      return this;
    }

    /**
     * Sets how many problems a task rolls out as one batch, at least 1; default 4. More use a
     * machine better, fewer keep more of them at work and cost less where one is lost.
     */
    public Builder problemsPerTask(int problemsPerTask) {
      this.problemsPerTask = Require.atLeast(1, "problemsPerTask", problemsPerTask);
      return this;
    }

    /** Sets what is done at the end of {@link SparkRolloutExecutor#close}. */
    Builder onClose(Runnable onClose) {
      this.onClose = onClose;
      return this;
    }

    /** {@return the executor; it reaches for the cluster with the first round} */
    public SparkRolloutExecutor build() {
      return new SparkRolloutExecutor(this);
    }
  }
}
