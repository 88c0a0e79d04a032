package dev.flowdpo.spi;

/**
 * Opens engines. Found with {@link java.util.ServiceLoader}, so it has a public constructor without
 * parameters, and loads no native code before {@link #open}. Implementations are thread-safe.
 */
public interface FlowEngineProvider {

  /**
   * {@return a new engine, which the caller closes, of this model with these adapters}
   *
   * @throws dev.flowdpo.error.InvalidInputException if the model or the adapters cannot be read
   * @throws dev.flowdpo.error.FlowException if the engine cannot start
   */
  FlowEngine open(EngineSettings settings);
}
