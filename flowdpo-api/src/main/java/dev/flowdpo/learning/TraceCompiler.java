package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Collects correct traces while a flow runs, to fine-tune a fresh adapter on them (the compile
 * stage of Flow-DPO, arXiv 2410.22304, section 4.3).
 *
 * <pre>{@code
 * TraceCompiler compiler = TraceCompiler.builder().verifier(verifier).build();
 * try (Flow flow = Flow.builder().listener(compiler).build()) {
 *   flow.solveAll(problems);
 * }
 * List<Trace> toLearnFrom = compiler.compile().traces();
 * }</pre>
 *
 * <p>As a {@link FlowListener} it judges every solution with its verifier; as a {@link
 * LearningListener} it takes the flow's own path of every problem, with the verdict that the
 * learner has from its own verifier, and the correct rollouts where that is asked for. Traces from
 * elsewhere come in by {@link #add}.
 *
 * <p>Keeps what is good enough in memory, and of the rest the number. Thread-safe.
 */
public final class TraceCompiler implements LearningListener, FlowListener {
  private final Builder settings;
  private final TraceSet.Selection selection;
  private int problems;
  private int updates;

  private TraceCompiler(Builder settings) {
    this.settings = settings;
    this.selection = new TraceSet.Selection(settings.options);
    this.problems = settings.problemsBefore;
  }

  /** {@return a builder with the default {@link TraceOptions}} */
  public static Builder builder() {
    return new Builder();
  }

  /** Adds a trace, or counts why it is not good enough. */
  public void add(Trace trace) {
    synchronized (this) {
      selection.add(trace);
    }
    if (trace.reward() >= settings.options.minReward()) {
      settings.sink.accept(trace);
    }
  }

  @Override
  public void onSolved(Solution solution) {
    Verifier verifier =
        settings.verifier.orElseThrow(
            () ->
                new IllegalStateException(
                    "A trace compiler that listens to a flow needs a verifier; set verifier(…)"));
    Verdict verdict = verifier.verify(Attempt.of(solution));
    Trace.Origin origin;
    synchronized (this) {
      problems++;
      origin = new Trace.Origin(settings.source, problems, updates, settings.seed);
    }
    add(solution.problem(), tokens(solution.chunks()), solution.text(), verdict, origin);
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    add(tree.original(), origin(settings.source, progress));
    if (settings.rollouts) {
      for (OutputNode node : tree.nodes()) {
        Trace.Origin origin = origin(Trace.ROLLOUT, progress);
        node.alternatives().forEach(branch -> add(branch, origin));
        node.flipped().ifPresent(branch -> add(branch, origin));
      }
    }
  }

  @Override
  public synchronized void onUpdate(UpdateMetrics metrics) {
    if (metrics.role() == AdapterRole.ANSWER) {
      updates = Math.toIntExact(metrics.update());
    }
  }

  /** {@return what was collected so far and is good enough, and what became of the rest} */
  public synchronized TraceSet compile() {
    return selection.result();
  }

  private Trace.Origin origin(String source, LearningProgress progress) {
    return new Trace.Origin(source, progress.problems(), progress.answerUpdates(), settings.seed);
  }

  private void add(Branch branch, Trace.Origin origin) {
    add(
        branch.answer().problem(),
        branch.answer().contentTokens(),
        branch.text(),
        branch.verdict(),
        origin);
  }

  private void add(
      Problem problem, TokenIds tokens, String text, Verdict verdict, Trace.Origin origin) {
    OptionalDouble reward = verdict.reward();
    if (tokens.isEmpty() || reward.isEmpty()) {
      synchronized (this) {
        selection.addWithoutTrace();
      }
    } else {
      add(new Trace(problem, tokens, text, reward.getAsDouble(), origin));
    }
  }

  private static TokenIds tokens(List<SolutionChunk> chunks) {
    TokenIds.Builder tokens = TokenIds.builder();
    for (SolutionChunk chunk : chunks) {
      tokens.addAll(chunk.contentTokens());
    }
    return tokens.build();
  }

  /** Collects what a trace compiler needs. Every setter returns this builder. Not thread-safe. */
  public static final class Builder {
    private TraceOptions options = TraceOptions.defaults();
    private Optional<Verifier> verifier = Optional.empty();
    private Consumer<Trace> sink = trace -> {};
    private String source = Trace.FLOW;
    private long seed;
    private boolean rollouts;
    private int problemsBefore;

    private Builder() {}

    private Builder(Builder from) {
      options = from.options;
      verifier = from.verifier;
      sink = from.sink;
      source = from.source;
      seed = from.seed;
      rollouts = from.rollouts;
      problemsBefore = from.problemsBefore;
    }

    /** Sets which traces are good enough. */
    public Builder options(TraceOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets what judges the solutions of a flow that is listened to. A learner has one of its own.
     */
    public Builder verifier(Verifier verifier) {
      this.verifier = Optional.of(verifier);
      return this;
    }

    /**
     * Sets what gets every trace with enough reward as soon as it is there, whatever its length and
     * however often it came, on the thread that solves or learns: mostly a file.
     */
    public Builder sink(Consumer<Trace> sink) {
      this.sink = Objects.requireNonNull(sink, "sink");
      return this;
    }

    /** Sets what the flow's own solutions name as their source, by default {@link Trace#FLOW}. */
    public Builder source(String source) {
      this.source = new Trace.Origin(source, 0, 0, 0).source();
      return this;
    }

    /** Sets the seed that traces name, by default 0. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Sets whether a learner's correct rollouts are collected beside the flow's own path; default
     * false.
     */
    public Builder rollouts(boolean rollouts) {
      this.rollouts = rollouts;
      return this;
    }

    /**
     * Sets how many problems, at least 0, a flow had solved before, where a run goes on; default 0.
     * A learner counts by itself.
     */
    public Builder problemsBefore(int problems) {
      this.problemsBefore = Require.atLeast(0, "problemsBefore", problems);
      return this;
    }

    /** {@return a compiler that has collected nothing yet; this builder may be used on} */
    public TraceCompiler build() {
      return new TraceCompiler(new Builder(this));
    }
  }
}
