package dev.flowdpo.cli.run;

import java.util.List;

/** The names of what a learning or training run leaves in its folder. */
public final class RunFiles {
  /** The learner's state, to go on from. */
  public static final String CHECKPOINT = "checkpoint";

  /** A line an update of online learning; see {@link MetricsFile}. */
  public static final String METRICS = "metrics.jsonl";

  /** Preference pairs of the Answer adapter. */
  public static final String ANSWER_PAIRS = "answer-pairs.jsonl";

  /** Preference pairs of the Stop adapter. */
  public static final String STOP_PAIRS = "stop-pairs.jsonl";

  /** Correct solutions. */
  public static final String TRACES = "traces.jsonl";

  /** What was trained on, as chat messages. */
  public static final String MESSAGES = "messages.jsonl";

  /** How far the files above are sealed, and their checksums. */
  public static final String SEALS = "seals.json";

  /** How many problems are solved for traces. */
  public static final String COLLECTION = "collection.json";

  /** The trainer's state, to go on from. */
  public static final String TRAINER = "trainer.safetensors";

  /** A line a training step. */
  public static final String TRAINING = "training.jsonl";

  /** The figures at the end. */
  public static final String RESULT = "result.json";

  /** All settings of the run, to make another of; see the option {@code --settings}. */
  public static final String SETTINGS = "settings.json";

  /** The picture of progressive validation. */
  public static final String VALIDATION_CHART = "progressive-validation.png";

  /** The picture of a training. */
  public static final String TRAINING_CHART = "training.png";

  /** The folder of such a run, with the adapters in {@code answer/} and {@code stop/}. */
  public static final RunFolder.Kind KIND =
      new RunFolder.Kind(
          "a run",
          "run.json",
          List.of(
              "stop",
              "answer",
              RESULT,
              TRAINING,
              TRAINER,
              COLLECTION,
              MESSAGES,
              TRACES,
              ANSWER_PAIRS,
              STOP_PAIRS,
              METRICS,
              SETTINGS,
              SEALS,
              CHECKPOINT),
          true);

  private RunFiles() {}
}
