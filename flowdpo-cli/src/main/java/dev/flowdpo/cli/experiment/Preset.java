package dev.flowdpo.cli.experiment;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;

/**
 * A set of hyper-parameters. Immutable.
 *
 * @param learner for online DPO
 * @param training for the compile stage
 */
record Preset(LearnerOptions learner, TrainerOptions training) {

  /**
   * Returns the preset of this name: {@code measured} is what was measured best for the bundled
   * model, {@code paper} holds the paper's values, made for models ten thousand times as large.
   *
   * @throws InvalidInputException if there is none
   */
  static Preset named(String name) {
    return switch (name) {
      case "measured" -> new Preset(BundledModel.learnerOptions(), BundledModel.trainerOptions());
      case "paper" -> new Preset(LearnerOptions.paper(), TrainerOptions.paper());
      default ->
          throw new InvalidInputException(
              "--preset: expected measured or paper, found \"" + name + "\"");
    };
  }
}
