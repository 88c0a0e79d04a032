package dev.flowdpo.spring;

import dev.flowdpo.learning.OnlineLearner;

/**
 * Changes the application's learner before it is made, after the properties: its objective, its
 * sampler, a validation set; as a bean, in the order of {@code @Order}.
 */
@FunctionalInterface
public interface LearnerCustomizer {

  /** Sets what the properties do not. */
  void customize(OnlineLearner.Builder learner);
}
