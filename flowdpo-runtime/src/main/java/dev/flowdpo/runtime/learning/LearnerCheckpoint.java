package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.training.AdapterState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of a learner in a folder, so that a run that was killed at any moment goes on as if
 * nothing had happened.
 *
 * <p>A checkpoint is a sub-folder that is written whole before the file {@code latest} names it;
 * older ones are deleted only after that. So whatever {@code latest} names is complete. It holds
 * {@code state.json} (counters, outcomes, waiting pairs, options), for each role {@code
 * ROLE.safetensors} (parameters and both moments) and, where the reference is an adapter, {@code
 * reference-ROLE/} in PEFT form.
 */
final class LearnerCheckpoint {
  private static final String LATEST = "latest";
  private static final String STATE = "state.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;
  private final JsonNode json;

  private LearnerCheckpoint(Path folder, JsonNode json) {
    this.folder = folder;
    this.json = json;
  }

  /** Writes the state; the checkpoint before it stays until this one is complete. */
  static void write(
      Path folder,
      LearnerOptions options,
      LearnerState state,
      Map<AdapterRole, AdapterLearner> learners,
      String modelName) {
    String name = "problems-" + state.problems();
    Path target = folder.resolve(name);
    try {
      delete(target);
      Files.createDirectories(target);
      for (AdapterLearner learner : learners.values()) {
        String role = learner.role().folderName();
        AdapterState adapter = learner.state();
        SafetensorsWriter.write(
            target.resolve(role + ".safetensors"),
            adapter.tensors(),
            DataType.F32,
            Map.of("steps", Long.toString(adapter.optimizer().steps())));
        if (learner.reference().changesModel()) {
          PeftAdapters.write(
              target.resolve("reference-" + role), learner.reference().weights(), modelName);
        }
      }
      AtomicFiles.write(
          target.resolve(STATE), MAPPER.writeValueAsString(LearnerStateJson.write(state, options)));
      AtomicFiles.write(folder.resolve(LATEST), name);
      deleteOthers(folder, name);
    } catch (IOException e) {
      throw new FlowException(folder + ": the checkpoint cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the newest checkpoint.
   *
   * @return nothing if the folder holds none yet
   * @throws InvalidInputException if it cannot be read
   */
  static Optional<LearnerCheckpoint> read(Path folder) {
    try {
      Path latest = folder.resolve(LATEST);
      if (!Files.exists(latest)) {
        return Optional.empty();
      }
      Path target = folder.resolve(Files.readString(latest, StandardCharsets.UTF_8).strip());
      return Optional.of(
          new LearnerCheckpoint(target, MAPPER.readTree(target.resolve(STATE).toFile())));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          folder + ": the checkpoint's " + STATE + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          folder + ": the checkpoint cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns the counters and waiting pairs; refuses a checkpoint that other options made. */
  LearnerState state(LearnerOptions options) {
    return LearnerStateJson.read(folder.resolve(STATE), json, options);
  }

  /** Returns the parameters and moments of an adapter of this size. */
  AdapterState adapter(AdapterRole role, int size) {
    Path file = folder.resolve(role.folderName() + ".safetensors");
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      String steps = tensors.metadata().getOrDefault("steps", "none");
      if (!steps.matches("\\d{1,18}")) {
        throw new InvalidInputException(file + ": expected the number of steps, found " + steps);
      }
      return AdapterState.read(tensors, Long.parseLong(steps), size);
    }
  }

  /** Returns the reference of a role: an adapter that was kept, or the base itself. */
  AdapterSnapshot reference(AdapterRole role, ModelConfig config) {
    Path reference = folder.resolve("reference-" + role.folderName());
    return Files.isDirectory(reference)
        ? AdapterSnapshot.of(config, PeftAdapters.read(reference, config))
        : AdapterSnapshot.none(config);
  }

  private static void deleteOthers(Path folder, String keep) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      for (Path child : children.toList()) {
        String name = child.getFileName().toString();
        if (name.startsWith("problems-") && !name.equals(keep)) {
          delete(child);
        }
      }
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
