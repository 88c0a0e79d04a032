package dev.flowdpo.spring;

import dev.flowdpo.Flow;

/**
 * Changes the application's flow before it is made, after the properties; as a bean, in the order
 * of {@code @Order}.
 */
@FunctionalInterface
public interface FlowCustomizer {

  /** Sets what the properties do not. */
  void customize(Flow.Builder flow);
}
