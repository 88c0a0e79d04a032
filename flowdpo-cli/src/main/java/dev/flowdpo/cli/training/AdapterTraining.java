package dev.flowdpo.cli.training;

import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.training.ExampleSplit;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.runtime.training.TrainingFolder;
import dev.flowdpo.runtime.training.TrainingLoss;
import dev.flowdpo.runtime.training.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * The training of one adapter in a run's folder, which receives {@code trainer.safetensors} (the
 * state, to go on from), {@code training.jsonl}, {@code training.png} and the adapter in {@code
 * answer/} or {@code stop/}. For one thread.
 *
 * @param folder of the run
 * @param options the numbers
 * @param model the base model's name
 * @param data where the examples come from, for the adapter's provenance
 * @param role the adapter
 */
record AdapterTraining(
    RunFolder folder, TrainerOptions options, String model, String data, AdapterRole role) {

  /** Trains to the end, goes on where the folder holds a state, and writes the adapter. */
  <E> TrainingResult run(
      TrainingLoss<E> loss,
      AdapterSnapshot initial,
      ExampleSplit<E> examples,
      ProgressOptions progress,
      PrintWriter err) {
    try (TrainingWatch watch = new TrainingWatch(folder.file(RunFiles.TRAINING), progress, err)) {
      TrainingResult result =
          new TrainingFolder(folder.path(), role, model, data)
              .train(loss, options, initial, examples, watch, folder.isResumed());
      drawChart(folder, role, result.steps(), err);
      return result;
    }
  }

  /** A run is not lost for its picture: drawing needs fonts, which a server may lack. */
  static void drawChart(RunFolder folder, AdapterRole role, int steps, PrintWriter err) {
    try {
      TrainingChart.write(
          folder.file(RunFiles.TRAINING_CHART),
          "Training of the %s adapter, %d steps".formatted(role.folderName(), steps),
          TrainingFile.read(folder.file(RunFiles.TRAINING)));
    } catch (IOException | RuntimeException | LinkageError | InternalError e) {
      err.println(
          "The chart " + folder.file(RunFiles.TRAINING_CHART) + " could not be drawn: " + e);
      err.flush();
    }
  }
}
