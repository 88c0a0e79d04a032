package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What all adapters on a base have in common. Owns the base and the tokenizer. Thread-safe.
 *
 * @param learnerDefaults what a learner uses where the application sets nothing
 * @param trainerDefaults what a compiler uses where the application sets nothing
 * @param name what adapter folders name as their base
 * @param digest tells the model from others; it may take a while at the first call
 * @param stopThreshold the probability of "finished" from which the judge stops an answer
 * @param clock what a chat template tells the time by
 */
record LoadedModel(
    FrozenBase base,
    Tokenizer tokenizer,
    Prompts prompts,
    LearnerOptions learnerDefaults,
    TrainerOptions trainerDefaults,
    String name,
    Supplier<String> digest,
    double stopThreshold,
    Clock clock)
    implements AutoCloseable {

  @Override
  public void close() {
    base.close();
    tokenizer.close();
  }
}
