package dev.flowdpo.examples.experiment;

import dev.flowdpo.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;

/** Sets of hyper-parameters by name. */
enum Preset {
  /** What was measured best for the bundled model. */
  MEASURED(BundledModel.learnerOptions(), BundledModel.trainerOptions()),
  /** The paper's values, made for models ten thousand times as large. */
  PAPER(LearnerOptions.paper(), TrainerOptions.paper());

  private final LearnerOptions learner;
  private final TrainerOptions training;

  Preset(LearnerOptions learner, TrainerOptions training) {
    this.learner = learner;
    this.training = training;
  }

  /**
   * Returns the preset of this name.
   *
   * @throws InvalidInputException if there is none
   */
  static Preset named(String name) {
    return switch (name) {
      case "measured" -> MEASURED;
      case "paper" -> PAPER;
      default ->
          throw new InvalidInputException(
              "--preset: expected measured or paper, found \"" + name + "\"");
    };
  }

  LearnerOptions learner() {
    return learner;
  }

  TrainerOptions training() {
    return training;
  }
}
