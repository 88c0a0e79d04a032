package dev.flowdpo.learning;

import java.nio.file.Path;

/**
 * The compile stage (Flow-DPO, arXiv 2410.22304, section 4.3): fine-tunes a fresh Answer adapter on
 * traces, so that a single pass answers as well as the flow that wrote them.
 *
 * <pre>{@code
 * flow.compiler().epochs(2).resume(true).compile(traceCompiler.compile(), folder);
 * Flow single = Flow.builder().adapters(folder).chunkSize(160).maxChunks(1).build();
 * }</pre>
 *
 * <p>Every setter returns this compiler, and refuses a value out of its range with an {@link
 * dev.flowdpo.error.InvalidInputException}. What is not set is as the engine recommends for its
 * model. Not thread-safe.
 */
public interface AdapterCompiler {

  /** Sets how often all traces are seen, at least 1. */
  AdapterCompiler epochs(int epochs);

  /** Sets the highest learning rate, above 0. */
  AdapterCompiler learningRate(double rate);

  /** Sets the seed of every random choice, any number; by default 0. */
  AdapterCompiler seed(long seed);

  /** Sets who is told of progress, on the thread that compiles. */
  AdapterCompiler listener(CompileListener listener);

  /**
   * Sets whether to go on from the state in the folder, where there is one; by default false, which
   * begins anew. A training that was killed at any moment and resumed gives the same adapter as one
   * that was not.
   */
  AdapterCompiler resume(boolean resume);

  /**
   * Trains to the end.
   *
   * @param traces to learn from; a share of their problems is held out, to stop in time
   * @param folder receives the adapter as a PEFT folder {@code answer}, and the training's state
   * @throws dev.flowdpo.error.InvalidInputException if there is no trace, one does not fit the
   *     model, or the state is of another training
   * @throws dev.flowdpo.error.FlowException if the folder cannot be written, or training fails
   */
  CompileReport compile(TraceSet traces, Path folder);
}
