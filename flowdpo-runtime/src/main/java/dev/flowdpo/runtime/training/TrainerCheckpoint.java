package dev.flowdpo.runtime.training;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.checkpoint.TensorSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole state of a training in one safetensors file, which is replaced in one step: whatever a
 * killed process leaves is complete. The adapter, both moments and the best adapter are tensors;
 * the rest is metadata, with a fingerprint of the options and the data, without which a resumed
 * training would not repeat the one it continues.
 *
 * @param state where the training stands
 * @param adapter the adapter and its optimizer
 * @param best the adapter with the lowest held-out loss
 */
record TrainerCheckpoint(TrainerState state, AdapterState adapter, float[] best) {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerCheckpoint.class);
  private static final String FINGERPRINT = "fingerprint";

  /** Replaces the file. */
  void write(Path file, String fingerprint) {
    Map<String, FloatTensor> tensors = adapter.tensors();
    tensors.put("best", AdapterState.vector(best));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FINGERPRINT, fingerprint);
    metadata.put("step", Integer.toString(state.step()));
    metadata.put("training_loss", Double.toString(state.trainingLoss()));
    state.heldOutBefore().ifPresent(loss -> metadata.put("before", Double.toString(loss)));
    state.bestLoss().ifPresent(loss -> metadata.put("best_loss", Double.toString(loss)));
    metadata.put("best_step", Integer.toString(state.bestStep()));
    metadata.put("worse", Integer.toString(state.worse()));
    metadata.put("stopped", Boolean.toString(state.stopped()));
    SafetensorsWriter.write(file, tensors, DataType.F32, TensorSeal.sealed(tensors, metadata));
  }

  /**
   * Reads the file.
   *
   * @param size the number of elements of the adapter
   * @return nothing where there is none yet
   * @throws InvalidInputException if it is damaged, or of a training with other options or data
   */
  static Optional<TrainerCheckpoint> read(Path file, String fingerprint, int size) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      if (!TensorSeal.check(tensors)) {
        LOG.warn("{}: has no checksum, as earlier versions wrote it; it is read unchecked", file);
      }
      Map<String, String> metadata = tensors.metadata();
      String found = metadata.getOrDefault(FINGERPRINT, "none");
      if (!found.equals(fingerprint)) {
        throw new InvalidInputException(
            file
                + ": expected a checkpoint of a training with the same options and data, found"
                + " another one.\n  now:  "
                + fingerprint
                + "\n  then: "
                + found);
      }
      TrainerState state =
          new TrainerState(
              (int) number(file, metadata, "step"),
              number(file, metadata, "training_loss"),
              optional(file, metadata, "before"),
              optional(file, metadata, "best_loss"),
              (int) number(file, metadata, "best_step"),
              (int) number(file, metadata, "worse"),
              Boolean.parseBoolean(metadata.get("stopped")));
      return Optional.of(
          new TrainerCheckpoint(
              state,
              AdapterState.read(tensors, state.step(), size),
              AdapterState.floats(tensors, "best", size)));
    }
  }

  private static OptionalDouble optional(Path file, Map<String, String> metadata, String key) {
    return metadata.containsKey(key)
        ? OptionalDouble.of(number(file, metadata, key))
        : OptionalDouble.empty();
  }

  private static double number(Path file, Map<String, String> metadata, String key) {
    String text = metadata.getOrDefault(key, "nothing");
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          file + ": expected a number as \"" + key + "\", found " + text, e);
    }
  }
}
