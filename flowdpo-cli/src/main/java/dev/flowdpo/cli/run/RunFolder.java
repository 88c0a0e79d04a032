package dev.flowdpo.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FolderLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A folder that a command fills over a long time. One file of it holds the settings, so that
 * another run is not mistaken for it, and figures that cannot be measured again. What it may hold
 * beside that, its {@link Kind} says; nothing else in the folder is touched. Where its kind asks
 * for that, it is locked until closed. Not thread-safe.
 */
public final class RunFolder implements AutoCloseable {
  private static final String LOCK = "run.lock";

  /** A figure that is kept with the settings. */
  private static final String HELD_OUT_BEFORE = "heldOutBefore";

  /**
   * What kind of run a folder holds.
   *
   * @param name with its article, for messages
   * @param settingsFile the name of the file that says which run it is
   * @param files names of the files and folders that a run leaves beside it, in the order in which
   *     they are deleted
   * @param exclusive whether one command at a time may have the folder open
   */
  public record Kind(String name, String settingsFile, List<String> files, boolean exclusive) {
    /** Copies the names. */
    public Kind {
      files = List.copyOf(files);
    }
  }

  /** What to do where the folder holds a run already. */
  public enum Existing {
    /** It is an error. */
    REFUSE,
    /** The run goes on. */
    RESUME,
    /** The run is deleted. */
    REPLACE
  }

  private final Path path;
  private final Kind kind;
  private final Map<String, String> settings;
  private final Optional<FolderLock> lock;
  private final boolean resumed;
  private OptionalDouble heldOutBefore = OptionalDouble.empty();

  /**
   * Opens the folder, and makes it where it does not exist.
   *
   * @param settings what makes this run different from others
   * @throws InvalidInputException if the folder holds a run and that is to be refused, a run with
   *     other settings is to be resumed, or another command fills it now
   */
  public RunFolder(Path path, Kind kind, Map<String, String> settings, Existing existing) {
    this.path = path;
    this.kind = kind;
    this.settings = new LinkedHashMap<>(settings);
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new InvalidInputException(
          "%s: expected a folder for %s, or nothing yet, found a file"
              .formatted(path, kind.name()));
    }
    this.lock =
        kind.exclusive() ? Optional.of(FolderLock.take(path, LOCK, "command")) : Optional.empty();
    boolean found = Files.exists(settingsFile());
    this.resumed = found && existing == Existing.RESUME;
    try {
      begin(found, existing);
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void begin(boolean found, Existing existing) throws IOException {
    Files.createDirectories(path);
    if (resumed) {
      readSettings();
    } else if (found && existing == Existing.REFUSE) {
      throw new InvalidInputException(
          ("%s: expected a folder without %s, found one; go on with it by --resume, replace it by"
                  + " --overwrite, or choose another folder")
              .formatted(path, kind.name()));
    } else if (found) {
      clear();
    }
    writeSettings();
  }

  /** Returns the folder. */
  public Path path() {
    return path;
  }

  /** Returns the path of a file or folder in it. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Says whether an earlier run in the folder goes on. */
  public boolean isResumed() {
    return resumed;
  }

  /** Returns the accuracy before learning, if the run that is resumed had measured it. */
  public OptionalDouble heldOutBefore() {
    return heldOutBefore;
  }

  /** Keeps the accuracy before learning, which cannot be measured later. */
  public void heldOutBefore(double accuracy) {
    heldOutBefore = OptionalDouble.of(accuracy);
    writeSettings();
  }

  private Path settingsFile() {
    return file(kind.settingsFile());
  }

  private void writeSettings() {
    Map<String, Object> json = new LinkedHashMap<>(settings);
    heldOutBefore.ifPresent(accuracy -> json.put(HELD_OUT_BEFORE, accuracy));
    JsonText.write(settingsFile(), json);
  }

  private void readSettings() {
    JsonNode before = JsonText.object(settingsFile().toString(), JsonText.read(settingsFile()));
    settings.forEach(
        (name, value) -> {
          String was = before.path(name).asText("nothing");
          if (!was.equals(value)) {
            throw new InvalidInputException(
                "%s: \"%s\": expected %s as now given, found %s; resume %s with the options it began with"
                    .formatted(settingsFile(), name, value, was, kind.name()));
          }
        });
    if (before.path(HELD_OUT_BEFORE).isNumber()) {
      heldOutBefore = OptionalDouble.of(before.path(HELD_OUT_BEFORE).asDouble());
    }
  }

  /**
   * Deletes an earlier run, its settings last, so that a killed clearing is still seen as a run.
   */
  private void clear() throws IOException {
    for (String name : kind.files()) {
      delete(file(name));
    }
    delete(settingsFile());
  }

  /** Lets others fill the folder. */
  @Override
  public void close() {
    lock.ifPresent(FolderLock::close);
  }

  private static void delete(Path own) throws IOException {
    if (Files.exists(own)) {
      MoreFiles.deleteRecursively(own, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
