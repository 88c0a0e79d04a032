package dev.flowdpo;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterCompiler;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.internal.FlowLoop;
import dev.flowdpo.policy.internal.FlowStart;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Solves problems step by step (Flow-DPO, arXiv 2410.22304, section 3.1): a policy writes a chunk,
 * a judge says whether the answer is finished, and so on to the limit of chunks.
 *
 * <pre>{@code
 * try (Flow flow = Flow.builder().build()) {
 *   Solution solution = flow.solve("Ann has 3 pens and buys 2 more. How many has she now?");
 *   System.out.println(solution.text());
 * }
 * }</pre>
 *
 * <p>A solve takes one snapshot of the policy and one of the judge at its start and keeps them to
 * its end, so that a learner may update both meanwhile. The seed of a chunk derives from {@link
 * FlowOptions#seed}, the problem's id and the chunk's index: a problem gets the same solution alone
 * and in any batch. Thread-safe; close it once no solve is under way.
 */
public final class Flow implements AutoCloseable {
  private final FlowModels models;
  private final FlowOptions options;
  private final List<FlowListener> listeners;
  private final boolean ownsModels;

  private Flow(
      FlowModels models, FlowOptions options, List<FlowListener> listeners, boolean ownsModels) {
    this.models = models;
    this.options = options;
    this.listeners = List.copyOf(listeners);
    this.ownsModels = ownsModels;
  }

  /** {@return a builder; without any setting it makes a flow on the engine's bundled model} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Solves a question.
   *
   * @param question what to solve
   * @return the solution
   * @throws InvalidInputException if the question is blank, or too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(String question) {
    return solve(Problem.of(question));
  }

  /**
   * Solves a problem.
   *
   * @param problem what to solve
   * @return the solution
   * @throws InvalidInputException if the question is too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(Problem problem) {
    return solveAll(List.of(problem)).get(0);
  }

  /**
   * Solves a problem and tells a listener of each chunk as it comes.
   *
   * @param problem what to solve
   * @param listener called after the flow's own listeners
   * @return the solution
   * @throws InvalidInputException if the question is too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(Problem problem, FlowListener listener) {
    return solveAll(List.of(problem), listener).get(0);
  }

  /**
   * Solves problems as one batch, which is much faster than one after another.
   *
   * @param problems what to solve
   * @return one solution per problem, in the same order
   * @throws InvalidInputException if a question is too long for the model
   * @throws FlowException if a model fails
   */
  public List<Solution> solveAll(List<Problem> problems) {
    return solveAll(problems, new FlowListener() {});
  }

  /**
   * Solves problems as one batch and tells a listener of each chunk as it comes.
   *
   * @param problems what to solve
   * @param listener called after the flow's own listeners
   * @return one solution per problem, in the same order
   * @throws InvalidInputException if a question is too long for the model
   * @throws FlowException if a model fails
   */
  public List<Solution> solveAll(List<Problem> problems, FlowListener listener) {
    Objects.requireNonNull(listener, "listener");
    models.checkOpen();
    if (problems.isEmpty()) {
      return List.of();
    }
    FlowPolicy policy = models.policy().snapshot();
    StopJudge judge = models.judge().snapshot();
    SolutionWriter writer = new SolutionWriter(problems, policy, listeners, listener);
    List<FlowStart> starts =
        problems.stream().map(problem -> FlowStart.of(problem, options.seed())).toList();
    new FlowLoop(policy, judge, options).run(starts, writer);
    return writer.solutions();
  }

  /** {@return how this flow writes} */
  public FlowOptions options() {
    return options;
  }

  /**
   * Returns a flow that writes otherwise on the same models: {@code flow.withOptions(options ->
   * options.chunkSize(8))}. It ends with this flow; closing it does nothing.
   *
   * @param change sets what is to differ; all else is as in {@link #options()}
   * @return a flow with the same models and listeners
   */
  public Flow withOptions(Consumer<FlowOptions.Builder> change) {
    FlowOptions.Builder changed = options.toBuilder();
    change.accept(changed);
    return new Flow(models, changed.build(), listeners, false);
  }

  /** {@return the policy that writes: the live one, which a learner may update} */
  public FlowPolicy policy() {
    return models.policy();
  }

  /** {@return the judge that decides: the live one, which a learner may update} */
  public StopJudge judge() {
    return models.judge();
  }

  /**
   * Returns a builder of learners that update this flow's models while it is in use.
   *
   * @return a new builder
   * @throws FlowException if the flow has no engine, since policy and judge were both supplied
   */
  public OnlineLearner.Builder learner() {
    models.checkOpen();
    return new FlowLearnerBuilder(models, options);
  }

  /**
   * Returns the versions of the adapters: what is live, what was, and what can be.
   *
   * @return the same object at each call
   * @throws FlowException if the flow has no engine, or one that keeps no versions
   */
  public FlowAdapters adapters() {
    models.checkOpen();
    return models.learningEngine().adapters();
  }

  /**
   * Returns what makes an adapter of collected traces, for a single pass: the compile stage.
   *
   * @return a new compiler
   * @throws FlowException if the flow has no engine, or one that does not train on traces
   */
  public AdapterCompiler compiler() {
    models.checkOpen();
    return models.learningEngine().compiler();
  }

  /**
   * Returns the learning options that the engine recommends for its model; a learner uses them
   * where none are set.
   *
   * @return the options, from which others are made by {@code toBuilder()}
   * @throws FlowException if the flow has no engine, since policy and judge were both supplied
   */
  public LearnerOptions learnerOptions() {
    return models.learningEngine().defaultLearnerOptions();
  }

  /** Closes the engine, also for the flows derived from this one. Again does nothing. */
  @Override
  public void close() {
    if (ownsModels) {
      models.close();
    }
  }

  /**
   * Collects what a flow needs and checks each value at once; what is not set stays the engine's.
   * Every setter returns this builder. Not thread-safe.
   */
  public static final class Builder {
    private final List<Consumer<FlowOptions.Builder>> changes = new ArrayList<>();
    private final List<FlowListener> listeners = new ArrayList<>();
    private final FlowModels.Choice choice = new FlowModels.Choice();

    private Builder() {}

    /**
     * Sets the checkpoint folder of the base model; by default the engine's bundled model.
     *
     * @param folder a folder as from the Hugging Face hub
     * @throws InvalidInputException if there is no such folder
     */
    public Builder model(Path folder) {
      choice.model = Optional.of(checkFolder("model", "a checkpoint folder", folder));
      return this;
    }

    /**
     * Sets how the model is loaded: precision of its weights, memory, threads; by default as the
     * engine sees fit, in full precision.
     */
    public Builder modelOptions(ModelOptions options) {
      choice.options = Optional.of(options);
      return this;
    }

    /** Changes how the model is loaded; what {@code change} does not set stays. */
    public Builder modelOptions(Consumer<ModelOptions.Builder> change) {
      ModelOptions.Builder builder = choice.options.orElseGet(ModelOptions::defaults).toBuilder();
      change.accept(builder);
      return modelOptions(builder.build());
    }

    /**
     * Sets the folder of trained adapters; by default fresh ones, which change nothing.
     *
     * @param folder a folder with the PEFT sub-folders {@code answer} and {@code stop}
     * @throws InvalidInputException if there is no such folder
     */
    public Builder adapters(Path folder) {
      choice.adapters =
          Optional.of(checkFolder("adapters", "a folder with answer/ and stop/ in it", folder));
      return this;
    }

    /**
     * Sets an engine that is open already; by default one is found by {@link
     * java.util.ServiceLoader}. The flow closes it.
     */
    public Builder engine(FlowEngine engine) {
      choice.engine = Optional.of(engine);
      return this;
    }

    /**
     * Sets the application's own policy; by default the engine's. With a judge of its own too, the
     * flow needs no engine and cannot learn.
     */
    public Builder policy(FlowPolicy policy) {
      choice.policy = Optional.of(policy);
      return this;
    }

    /** Sets the application's own judge; by default the engine's. */
    public Builder judge(StopJudge judge) {
      choice.judge = Optional.of(judge);
      return this;
    }

    /** Sets the most tokens of a chunk, at least 1; by default the engine's, or 160. */
    public Builder chunkSize(int chunkSize) {
      return change(options -> options.chunkSize(chunkSize));
    }

    /** Sets the most chunks of a solution, at least 1; by default the engine's, or 6. */
    public Builder maxChunks(int maxChunks) {
      return change(options -> options.maxChunks(maxChunks));
    }

    /**
     * Sets how the policy draws tokens; by default as the engine's, or temperature 0.7, topP 0.9.
     */
    public Builder sampling(SamplingOptions sampling) {
      return change(options -> options.sampling(sampling));
    }

    /** Sets the seed, any number; by default the engine's, or 0. */
    public Builder seed(long seed) {
      return change(options -> options.seed(seed));
    }

    /** Adds a listener to all solves; may be called again for more, called in that order. */
    public Builder listener(FlowListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Makes the flow, and opens an engine where policy or judge are to come from one.
     *
     * @return a flow, to be closed
     * @throws InvalidInputException if the settings contradict each other, or the model or the
     *     adapters cannot be read
     * @throws FlowException if there is no engine on the class path, or it cannot start
     */
    public Flow build() {
      FlowModels models = choice.open();
      FlowOptions.Builder options = models.defaultOptions().toBuilder();
      changes.forEach(change -> change.accept(options));
      return new Flow(models, options.build(), listeners, true);
    }

    private Builder change(Consumer<FlowOptions.Builder> change) {
      change.accept(FlowOptions.builder()); // a bad value is refused here, not in build()
      changes.add(change);
      return this;
    }

    private static Path checkFolder(String name, String expected, Path folder) {
      if (!Files.isDirectory(folder)) {
        String found = Files.exists(folder) ? "a file" : "nothing";
        throw new InvalidInputException(
            "%s: expected %s, found %s at %s.".formatted(name, expected, found, folder));
      }
      return folder;
    }
  }
}
