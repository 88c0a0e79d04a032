package dev.flowdpo.runtime.memory;

import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.inference.SessionSettings;

/**
 * What a process needs with a model, by what it does with it. Immutable and thread-safe.
 *
 * @param decoding it solves problems
 * @param training it takes optimizer steps
 * @param learning it does both in turn, as online learning does
 */
public record MemoryNeeds(
    MemoryEstimate decoding, MemoryEstimate training, MemoryEstimate learning) {

  /**
   * What memory depends on, beside the model.
   *
   * @param settings how the model is loaded
   * @param rank the rank of the adapters, at least 1
   * @param decoding how much is decoded at once
   * @param training how much an optimizer step learns from
   */
  public record Load(
      SessionSettings settings, int rank, DecodingLoad decoding, TrainingLoad training) {}

  /**
   * {@return what a model needs}
   *
   * @param contents the model
   * @param load how it is used
   */
  public static MemoryNeeds of(CheckpointContents contents, Load load) {
    ModelMemory memory = ModelMemory.of(contents, load.settings(), load.rank());
    return new MemoryNeeds(
        memory.decoding(load.decoding()),
        memory.training(load.training()),
        memory.learning(load.decoding(), load.training()));
  }
}
