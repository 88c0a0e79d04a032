package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.training.AdapterState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a learner in a folder, so that a run that was killed at any moment goes on as if
 * nothing had happened.
 *
 * <p>A checkpoint is a sub-folder that is written whole, its {@link LearnerManifest} last, before
 * the file {@code latest} names it; older ones are deleted only after that. So whatever {@code
 * latest} names is complete. It holds {@code state.json} (counters, outcomes, waiting pairs),
 * {@code seen.txt} ({@link SeenProblems}), for each role {@code ROLE.safetensors} (parameters and
 * both moments, and behind a gate the live parameters) and, where the reference is an adapter,
 * {@code reference-ROLE/} in PEFT form. Beside it are the {@link VersionFiles}.
 */
final class LearnerCheckpoint {
  /** The file by which one learner at a time has the folder. */
  static final String LOCK = "learner.lock";

  private static final String LATEST = "latest";
  private static final String STATE = "state.json";
  private static final String LIVE = "live";
  private static final String VERSIONS = "versions";
  private static final String PREFIX = "problems-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,9}(-again)?");
  private static final int MOST_NAME = 100;
  private static final Logger LOG = LoggerFactory.getLogger(LearnerCheckpoint.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;
  private final JsonNode json;
  private final Optional<String> promptTime;

  private LearnerCheckpoint(Path folder, JsonNode json, Optional<String> promptTime) {
    this.folder = folder;
    this.json = json;
    this.promptTime = promptTime;
  }

  /**
   * What is written.
   *
   * @param settings what decides the run
   * @param json counters and pairs
   * @param seen what was learned from
   * @param live the live adapters, where they may differ from the working copies
   * @param files where versions are kept
   * @param versions those to keep
   * @param modelName what adapter folders name as their base
   */
  record Contents(
      Map<String, String> settings,
      ObjectNode json,
      SeenProblems seen,
      int problems,
      Map<AdapterRole, AdapterLearner> learners,
      Map<AdapterRole, AdapterSnapshot> live,
      VersionFiles files,
      AdapterVersions.Kept versions,
      String modelName) {}

  /** Says whether the folder holds a state, be it a damaged one. */
  static boolean isIn(Path folder) {
    try {
      return Files.exists(folder.resolve(LATEST), LinkOption.NOFOLLOW_LINKS)
          || !complete(folder).isEmpty();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** Returns the names of the states that were written to their end. */
  private static List<String> complete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> Files.exists(child.resolve(LearnerManifest.FILE)))
          .map(child -> child.getFileName().toString())
          .filter(name -> NAME.matcher(name).matches())
          .toList();
    }
  }

  /** Writes the state; the checkpoint before it stays until this one is complete. */
  static void write(Path folder, Contents contents) {
    try {
      String name = freeName(folder, PREFIX + contents.problems);
      Path target = folder.resolve(name);
      delete(target);
      try {
        writeState(target, contents);
      } catch (IOException | RuntimeException e) {
        deleteHalf(target, e);
        throw e;
      }
      AtomicFiles.write(folder.resolve(LATEST), name);
      deleteOthers(folder, name);
      contents.files.settle(contents.versions);
    } catch (IOException | UncheckedIOException e) {
      throw new FlowException(folder + ": the checkpoint cannot be written: " + e.getMessage(), e);
    }
  }

  private static void writeState(Path target, Contents contents) throws IOException {
    AtomicFiles.createFolder(target);
    for (AdapterLearner learner : contents.learners.values()) {
      writeAdapter(target, learner, contents);
    }
    contents.json.set(VERSIONS, contents.files.write(contents.versions));
    AtomicFiles.write(target.resolve(STATE), MAPPER.writeValueAsString(contents.json));
    SeenFile.write(target, contents.seen);
    LearnerManifest.write(target, contents.settings);
  }

  /** What cannot be completed takes room, which may be what is missing. */
  private static void deleteHalf(Path target, Exception failure) {
    try {
      delete(target);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Returns a name that is not the one of the checkpoint that must stay until this is complete. */
  private static String freeName(Path folder, String name) throws IOException {
    Path latest = folder.resolve(LATEST);
    List<String> kept =
        Files.exists(latest) ? List.of(Files.readString(latest).strip()) : complete(folder);
    return kept.contains(name) ? name + "-again" : name;
  }

  /**
   * Returns the name of the newest state. The process may have been killed, or the disk have lost
   * its power, when the first state was complete and no file said so: then it is the one.
   */
  private static String latest(Path folder) throws IOException {
    Path file = folder.resolve(LATEST);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      List<String> complete = complete(folder);
      if (complete.size() != 1) {
        throw new InvalidInputException(
            "%s: expected the name of one of the states %s, found no such file; write the name of the newest into it"
                .formatted(file, complete));
      }
      LOG.warn("{}: missing; the only complete state, {}, is taken", file, complete.get(0));
      return complete.get(0);
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_NAME) {
      throw new InvalidInputException(file + ": expected a file with the name of a state");
    }
    String name = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
    if (!NAME.matcher(name).matches()
        || !Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidInputException(
          "%s: expected the name of a state beside it, one of %s, found \"%s\"; the file is damaged"
              .formatted(file, complete(folder), name));
    }
    return name;
  }

  private static void writeAdapter(Path target, AdapterLearner learner, Contents contents) {
    String role = learner.role().folderName();
    AdapterState adapter = learner.state();
    Map<String, FloatTensor> tensors = adapter.tensors();
    if (contents.live.containsKey(learner.role())) {
      AdapterSnapshot live = Lookup.required(contents.live, learner.role());
      tensors.put(LIVE, FloatTensor.of(live.values(), live.layout().size()));
    }
    SafetensorsWriter.write(
        target.resolve(role + ".safetensors"),
        tensors,
        DataType.F32,
        Map.of("steps", Long.toString(adapter.optimizer().steps())));
    if (learner.reference().changesModel()) {
      PeftAdapters.write(
          target.resolve("reference-" + role), learner.reference().weights(), contents.modelName);
    }
  }

  /**
   * Opens the newest checkpoint.
   *
   * @param settings what decides the run that is to go on
   * @return nothing if the folder holds none yet
   * @throws InvalidInputException if it cannot be read, is damaged, or is of another run
   */
  static Optional<LearnerCheckpoint> read(Path folder, Map<String, String> settings) {
    try {
      if (!isIn(folder)) {
        return Optional.empty();
      }
      Path target = folder.resolve(latest(folder));
      LearnerManifest manifest = LearnerManifest.read(target);
      manifest.check(target, settings);
      JsonNode json = MAPPER.readTree(Files.readAllBytes(target.resolve(STATE)));
      return Optional.of(new LearnerCheckpoint(target, json, manifest.promptTime()));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          folder + ": the checkpoint's " + STATE + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static InvalidInputException unreadable(Path folder, IOException e) {
    return new InvalidInputException(
        folder + ": the checkpoint cannot be read: " + e.getMessage(), e);
  }

  /** Returns the counters, waiting pairs, and what was seen. */
  LearnerState state(int rememberedProblems) {
    SeenProblems seen = SeenFile.read(folder, rememberedProblems);
    return LearnerStateJson.read(folder.resolve(STATE), json, seen);
  }

  /** Returns the time at which the run began, where its prompts tell it. */
  Optional<String> promptTime() {
    return promptTime;
  }

  /** Returns what a gate had counted. */
  JsonNode gate() {
    return json.path("gate");
  }

  /** Returns what is said of the versions that are kept. */
  JsonNode versions() {
    return json.path(VERSIONS);
  }

  /** Returns the parameters and moments of an adapter of this size. */
  AdapterState adapter(AdapterRole role, int size) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file(role))) {
      String steps = tensors.metadata().getOrDefault("steps", "none");
      if (!steps.matches("\\d{1,18}")) {
        throw new InvalidInputException(
            tensors.path() + ": expected the number of steps, found " + steps);
      }
      return AdapterState.read(tensors, Long.parseLong(steps), size);
    }
  }

  /** Returns the parameters of the live adapter, where a gate stood before it. */
  Optional<float[]> live(AdapterRole role, int size) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file(role))) {
      if (!tensors.tensors().containsKey(LIVE)) {
        return Optional.empty();
      }
      FloatBuffer buffer = tensors.floats(LIVE);
      if (buffer.remaining() != size) {
        return Optional.empty(); // adapters that were loaded had other layers
      }
      float[] values = new float[size];
      buffer.get(values);
      return Optional.of(values);
    }
  }

  private Path file(AdapterRole role) {
    return folder.resolve(role.folderName() + ".safetensors");
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
        if (name.startsWith(PREFIX) && !name.equals(keep)) {
          delete(child);
        }
      }
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
