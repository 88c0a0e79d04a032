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
import dev.flowdpo.policy.ServingLoad;
import dev.flowdpo.policy.ServingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
 * and in any batch. What concurrent callers solve shares the calls of the models. Thread-safe.
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
   * {@return the solution of a question}
   *
   * @throws InvalidInputException if the question is blank, or too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(String question) {
    return solve(Problem.of(question));
  }

  /**
   * {@return the solution of a problem}
   *
   * @throws InvalidInputException if the question is too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(Problem problem) {
    return solveAll(List.of(problem)).get(0);
  }

  /**
   * {@return the solution of a problem, of which the listener is told after the flow's own}
   *
   * @throws InvalidInputException if the question is too long for the model
   * @throws FlowException if a model fails
   */
  public Solution solve(Problem problem, FlowListener listener) {
    return solve(problem, SolveOptions.builder().listener(listener).build());
  }

  /**
   * Solves a problem within limits. The thread waits; an interrupt, a {@link Cancellation} or the
   * deadline frees it at once, and no other solve is touched.
   *
   * @param problem what to solve
   * @param options deadline, listeners and more
   * @return the solution
   * @throws InvalidInputException if the question is too long for the model
   * @throws SolveCancelledException if the solve was given up; it holds what was written
   * @throws dev.flowdpo.error.FlowOverloadedException if too much waits already
   * @throws dev.flowdpo.error.FlowClosedException if the flow is closed, also meanwhile
   * @throws FlowException if a model fails
   */
  public Solution solve(Problem problem, SolveOptions options) {
    return solveAll(List.of(problem), options).get(0);
  }

  /**
   * {@return the solutions of problems in their order, as one batch: much faster than one by one}
   *
   * @throws FlowException if one of them cannot be solved, as {@link #solve(Problem, SolveOptions)}
   */
  public List<Solution> solveAll(List<Problem> problems) {
    return solveAll(problems, SolveOptions.defaults());
  }

  /**
   * {@return the solutions of one batch, of which the listener is told after the flow's own}
   *
   * @throws FlowException if one of them cannot be solved, as {@link #solve(Problem, SolveOptions)}
   */
  public List<Solution> solveAll(List<Problem> problems, FlowListener listener) {
    return solveAll(problems, SolveOptions.builder().listener(listener).build());
  }

  /**
   * {@return the solutions of one batch within limits, with a deadline for all together}
   *
   * @throws FlowException if one of them cannot be solved, as {@link #solve(Problem, SolveOptions)}
   */
  public List<Solution> solveAll(List<Problem> problems, SolveOptions options) {
    models.checkOpen();
    return call(problems, options).solveAll();
  }

  /** {@return the results of one batch in its order, of which each succeeds or fails by itself} */
  public List<SolveResult> solveEach(List<Problem> problems, SolveOptions options) {
    models.checkOpen();
    return call(problems, options).solveEach();
  }

  /** {@return as {@link #solveAsync(Problem, SolveOptions)}, without limits} */
  public CompletableFuture<Solution> solveAsync(Problem problem) {
    return solveAsync(problem, SolveOptions.defaults());
  }

  /**
   * {@return what completes with the solution, or with what {@link #solve(Problem, SolveOptions)}
   * throws, without waiting} Cancelling it gives the solve up. Listeners are called on a thread
   * that this solve has to itself, a virtual one where the JDK has them.
   */
  public CompletableFuture<Solution> solveAsync(Problem problem, SolveOptions options) {
    models.checkOpen();
    SolveCall call = call(List.of(problem), options);
    CompletableFuture<Solution> solution = new CompletableFuture<>();
    // Also where somebody else completes it, as a time limit on the future does.
    var unused = solution.whenComplete((found, failure) -> call.cancel());
    SolveThreads.all()
        .execute(
            () -> {
              try {
                solution.complete(call.solveAll().get(0));
              } catch (RuntimeException | Error e) {
                solution.completeExceptionally(e);
              }
            });
    return solution;
  }

  private SolveCall call(List<Problem> problems, SolveOptions options) {
    return new SolveCall(models, this.options, problems, listeners, options);
  }

  /** {@return how this flow writes} */
  public FlowOptions options() {
    return options;
  }

  /**
   * {@return a flow that writes otherwise, on the same models and with the same listeners: {@code
   * flow.withOptions(options -> options.chunkSize(8))}} What is not set stays as in {@link
   * #options()}. It ends with this flow; closing it does nothing.
   */
  public Flow withOptions(Consumer<FlowOptions.Builder> change) {
    FlowOptions.Builder changed = options.toBuilder();
    change.accept(changed);
    return new Flow(models, changed.build(), listeners, false);
  }

  /**
   * Returns a flow with adapters of its own, by name, on the same loaded base: for each tenant or
   * task one that learns for itself. The adapters of a name begin as the base alone, and are the
   * same at each call; {@code adapters().load(folder)} and {@code publish} bring others. All flows
   * of a base share its rounds and the limits of {@link ServingOptions}.
   *
   * @param name not blank
   * @return a flow with this one's options and listeners; it ends with this flow, and closing it
   *     does nothing
   * @throws InvalidInputException if the name is blank
   * @throws FlowException if the flow has no engine, or one with a single pair of adapters
   */
  public Flow withAdapters(String name) {
    models.checkOpen();
    if (name.isBlank()) {
      throw new InvalidInputException("name: expected a name of adapters, found a blank one.");
    }
    return new Flow(models.named(name), options, listeners, false);
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
   * {@return a builder of learners that update this flow's models while it is in use}
   *
   * @throws FlowException if the flow has no engine, since policy and judge were both supplied
   */
  public OnlineLearner.Builder learner() {
    models.checkOpen();
    return new FlowLearnerBuilder(models, options);
  }

  /**
   * {@return the versions of the adapters: what is live, what was, what can be; always the same
   * object}
   *
   * @throws FlowException if the flow has no engine, or one that keeps no versions
   */
  public FlowAdapters adapters() {
    models.checkOpen();
    return models.learningEngine().adapters();
  }

  /**
   * {@return what makes an adapter of collected traces, for a single pass: the compile stage}
   *
   * @throws FlowException if the flow has no engine, or one that does not train on traces
   */
  public AdapterCompiler compiler() {
    models.checkOpen();
    return models.learningEngine().compiler();
  }

  /**
   * {@return the learning options that the engine recommends for its model, for where none are set}
   *
   * @throws FlowException if the flow has no engine, since policy and judge were both supplied
   */
  public LearnerOptions learnerOptions() {
    return models.learningEngine().defaultLearnerOptions();
  }

  /**
   * Finds out which of some stop questions tells finished answers from unfinished ones, and from
   * which probability on: a remedy where a learner reports that its judge cannot tell. Writes an
   * answer to every problem with this flow's options, and asks each question about all of their
   * prefixes; learns nothing.
   *
   * @param problems some tens; none of their answers need be known
   * @param questions what to try beside the question that the model asks now
   * @return what was found, to be applied where the model is opened
   * @throws InvalidInputException if no answers, or all of them, end by themselves
   * @throws FlowException if the flow has no engine, or one whose judge asks no question
   */
  public StopCalibration calibrate(List<Problem> problems, List<String> questions) {
    models.checkOpen();
    return models.calibrate(problems, questions, options);
  }

  /** {@return how busy the flow is, also with the flows derived from it} */
  public ServingLoad load() {
    return models.runner().load();
  }

  /** Adds a monitor of this flow and those derived from it, and of all their learners; once. */
  public void addMonitor(FlowMonitor monitor) {
    models.monitors().add(Objects.requireNonNull(monitor, "monitor"));
  }

  /** Removes a monitor; one that is not there is no error. */
  public void removeMonitor(FlowMonitor monitor) {
    models.monitors().remove(monitor);
  }

  /** Closes the flow without patience for what is under way, as {@link #close(Duration)} does. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /**
   * Closes the flow, also for the flows derived from this one: refuses new work, waits for solves
   * and rollouts under way, ends those that take longer with a {@link
   * dev.flowdpo.error.FlowClosedException}, and frees the models when no call uses them any more.
   * Save and close learners before. Again does nothing.
   *
   * @param patience how long what is under way may still take; zero for none
   */
  public void close(Duration patience) {
    Objects.requireNonNull(patience, "patience");
    if (ownsModels) {
      models.close(patience);
    }
  }

  /**
   * Collects what a flow needs and checks each value at once, folders too; what is not set stays
   * the engine's. Every setter returns this builder. Not thread-safe.
   */
  public static final class Builder {
    private final List<Consumer<FlowOptions.Builder>> changes = new ArrayList<>();
    private final List<FlowListener> listeners = new ArrayList<>();
    private final FlowModels.Choice choice = new FlowModels.Choice();

    private Builder() {}

    /**
     * Sets the base model: its folder, as from the Hugging Face hub, or its GGUF file, the first
     * one of a split model; by default the bundled model.
     */
    public Builder model(Path path) {
      choice.model =
          Optional.of(
              Files.isRegularFile(path)
                  ? path
                  : checkFolder("model", "a checkpoint folder or a GGUF file", path));
      return this;
    }

    /** Sets how the model is loaded; by default as the engine sees fit, in full precision. */
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
     * Sets the folder of trained adapters, with the PEFT sub-folders {@code answer} and {@code
     * stop}; by default fresh ones, which change nothing.
     */
    public Builder adapters(Path folder) {
      choice.adapters =
          Optional.of(checkFolder("adapters", "a folder with answer/ and stop/ in it", folder));
      return this;
    }

    /**
     * Sets an engine that is open already, for the flow to close; by default one is found by {@link
     * java.util.ServiceLoader}.
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
     * Sets how the policy draws tokens; by default the engine's way, or temperature 0.7, topP 0.9.
     */
    public Builder sampling(SamplingOptions sampling) {
      return change(options -> options.sampling(sampling));
    }

    /** Sets the seed, any number; by default the engine's, or 0. */
    public Builder seed(long seed) {
      return change(options -> options.seed(seed));
    }

    /** Changes how callers share the models; what {@code change} does not set stays. */
    public Builder serving(Consumer<ServingOptions.Builder> change) {
      ServingOptions.Builder builder = choice.serving.toBuilder();
      change.accept(builder);
      choice.serving = builder.build();
      return this;
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
