package dev.flowdpo.runtime.training;

import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.FolderLock;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where an adapter is trained: a folder that receives {@value #STATE}, the state to go on from, and
 * at the end the adapter in {@code answer} or {@code stop} with its {@link TrainingProvenance}.
 * Immutable.
 *
 * @param folder must exist
 * @param role the adapter
 * @param model the base model's name
 * @param data where the examples come from, in words or as a file's name
 */
public record TrainingFolder(Path folder, AdapterRole role, String model, String data) {
  /** The file with the training's state. */
  public static final String STATE = "trainer.safetensors";

  private static final String LOCK = "trainer.lock";

  /** Checks that nothing is missing. */
  public TrainingFolder {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(data, "data");
  }

  /**
   * Trains to the end, and writes the adapter.
   *
   * @param initial what to start from
   * @param listener is told of every step
   * @param resume whether to go on from the state, where there is one
   * @param <E> an example
   * @return the trained adapter
   * @throws dev.flowdpo.error.InvalidInputException as {@link AdapterTrainer#train}, and where
   *     another process or thread trains in this folder
   * @throws dev.flowdpo.error.FlowException if training fails or the folder cannot be written
   */
  public <E> TrainingResult train(
      TrainingLoss<E> loss,
      TrainerOptions options,
      AdapterSnapshot initial,
      ExampleSplit<E> examples,
      TrainerListener listener,
      boolean resume) {
    try (FolderLock lock = FolderLock.take(folder, LOCK, "trainer")) {
      AdapterTrainer<E> trainer =
          new AdapterTrainer<>(loss, options, listener, Optional.of(folder.resolve(STATE)));
      TrainingResult result = trainer.train(initial, examples, resume);
      TrainingProvenance provenance =
          new TrainingProvenance(
              model,
              data,
              examples.training().size(),
              examples.heldOut().size(),
              loss.description(),
              options);
      provenance.write(folder.resolve(role.folderName()), result);
      return result;
    }
  }
}
