package dev.flowdpo.runtime.learning;

import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.StopLimit;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What all adapters on a base have in common. Owns the base and the tokenizer. Thread-safe.
 *
 * @param learnerDefaults what a learner uses where the application sets nothing
 * @param learningFlow how a flow that learns writes where the application sets nothing
 * @param trainerDefaults what a compiler uses where the application sets nothing
 * @param name what adapter folders name as their base
 * @param digest tells the model from others; it may take a while at the first call
 * @param asking the same prompts with another stop question
 * @param stopQuestion what the judge asks where an application chose it
 * @param stopLimit from when on the judge stops an answer
 * @param clock what a chat template tells the time by
 */
record LoadedModel(
    FrozenBase base,
    Tokenizer tokenizer,
    Prompts prompts,
    Function<String, Prompts> asking,
    LearningDefaults learnerDefaults,
    FlowOptions learningFlow,
    TrainerOptions trainerDefaults,
    String name,
    Supplier<String> digest,
    Optional<String> stopQuestion,
    StopLimit stopLimit,
    Clock clock)
    implements AutoCloseable {

  @Override
  public void close() {
    base.close();
    tokenizer.close();
  }
}
