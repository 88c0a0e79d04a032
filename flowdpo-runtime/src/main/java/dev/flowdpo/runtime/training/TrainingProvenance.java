package dev.flowdpo.runtime.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How an adapter came to be: written as {@value #FILE} beside it, so that whoever finds the folder
 * can tell, and make it again. Holds no times: equal trainings write equal files. Immutable and
 * thread-safe.
 *
 * @param model the base model's name
 * @param data where the examples come from, in words or as a file's name
 * @param training the number of examples to train on
 * @param heldOut the number of held-out examples
 * @param loss what was minimised
 * @param options the numbers
 */
public record TrainingProvenance(
    String model, String data, int training, int heldOut, String loss, TrainerOptions options) {
  /** The file in the adapter's folder. */
  public static final String FILE = "provenance.json";

  /**
   * Writes the adapter as a PEFT folder with its provenance.
   *
   * @param folder is made where it does not exist; its files are replaced, each in one step
   * @param result the trained adapter
   * @throws FlowException if the folder cannot be written
   */
  public void write(Path folder, TrainingResult result) {
    PeftAdapters.write(folder, result.adapter().weights(), model);
    try {
      AtomicFiles.write(folder.resolve(FILE), JsonObjectFile.format(json(result)));
    } catch (IOException e) {
      throw new FlowException(folder.resolve(FILE) + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private ObjectNode json(TrainingResult result) {
    ObjectNode json = JsonObjectFile.object();
    json.put("version", version());
    json.put("model", model);
    json.put("loss", loss);
    ObjectNode examples = json.putObject("data");
    examples.put("source", data);
    examples.put("sha256", result.dataHash());
    examples.put("training", training);
    examples.put("heldOut", heldOut);
    json.put("seed", options.seed());
    ObjectNode numbers = json.putObject("options");
    numbers.put("batch", options.batch());
    numbers.put("accumulation", options.accumulation());
    numbers.put("epochs", options.epochs());
    numbers.put("learningRate", options.learningRate());
    numbers.put("decay", options.schedule().name());
    numbers.put("warmupRatio", options.warmupShare());
    numbers.put("clipNorm", options.optimizer().clipNorm());
    numbers.put("rank", result.adapter().layout().rank());
    numbers.put("alpha", result.adapter().alpha());
    numbers.put("dropout", result.adapter().dropout());
    numbers.put("weightDecay", options.optimizer().weightDecay());
    numbers.put("adamBeta1", options.optimizer().adamBeta1());
    numbers.put("adamBeta2", options.optimizer().adamBeta2());
    numbers.put("adamEpsilon", options.optimizer().adamEpsilon());
    numbers.put("heldOutShare", options.heldOutShare());
    numbers.put("patience", options.patience());
    numbers.put("evaluateEvery", options.evaluateEvery());
    numbers.put("groupByLength", options.groupByLength());
    ObjectNode outcome = json.putObject("result");
    outcome.put("steps", result.steps());
    outcome.put("bestStep", result.bestStep());
    outcome.put("stoppedEarly", result.stoppedEarly());
    outcome.put("trainingLoss", result.trainingLoss());
    result.heldOutBefore().ifPresent(loss -> outcome.put("heldOutLossBefore", loss));
    result.heldOutBest().ifPresent(loss -> outcome.put("heldOutLossBest", loss));
    return json;
  }

  private static String version() {
    Package own = TrainingProvenance.class.getPackage();
    return Optional.ofNullable(own)
        .map(Package::getImplementationVersion)
        .orElse("built from source");
  }
}
