package dev.flowdpo.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.primitives.Longs;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FolderLock;
import dev.flowdpo.runtime.data.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that a command fills over a long time. One file of it holds the settings, so that
 * another run is not mistaken for it, and figures that cannot be measured again. What it may hold
 * beside that, its {@link Kind} says; nothing else in the folder is touched. Where its kind asks
 * for that, it is locked until closed. Not thread-safe.
 */
public final class RunFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String LOCK = "run.lock";

  /** The SHA-256 of the settings without it. */
  private static final String SUM = "sum";

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
   * @param growing names of those settings, whole numbers, that may be larger where a run goes on
   */
  public record Kind(
      String name,
      String settingsFile,
      List<String> files,
      boolean exclusive,
      Set<String> growing) {
    /** Copies the names. */
    public Kind {
      files = List.copyOf(files);
      growing = Set.copyOf(growing);
    }

    /** Makes a kind none of whose settings may change where a run goes on. */
    public Kind(String name, String settingsFile, List<String> files, boolean exclusive) {
      this(name, settingsFile, files, exclusive, Set.of());
    }

    /** Returns this kind of which one setting may be larger. */
    public Kind growing(String setting) {
      return new Kind(name, settingsFile, files, exclusive, Set.of(setting));
    }

    boolean mayBecome(String setting, String before, String now) {
      Long from = Longs.tryParse(before);
      Long to = Longs.tryParse(now);
      return growing.contains(setting) && from != null && to != null && from <= to;
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
    DurableFile.createFolder(path);
    DurableFile.refuseLink(settingsFile());
    kind.files().forEach(name -> DurableFile.refuseLink(file(name)));
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
    JsonNode content = JsonText.object(kind.settingsFile(), JsonText.line(json));
    json.put(SUM, sum(JsonText.line(content)));
    JsonText.write(settingsFile(), json);
  }

  private void readSettings() {
    JsonNode before = JsonText.object(settingsFile().toString(), JsonText.read(settingsFile()));
    checkSum((ObjectNode) before);
    settings.forEach(
        (name, value) -> {
          String was = before.path(name).asText("nothing");
          if (!was.equals(value) && !kind.mayBecome(name, was, value)) {
            throw new InvalidInputException(
                "%s: \"%s\": expected %s as now given, found %s; resume %s with the options it began with%s"
                    .formatted(
                        settingsFile(),
                        name,
                        value,
                        was,
                        kind.name(),
                        kind.growing().contains(name) ? ", or with more" : ""));
          }
        });
    if (before.path(HELD_OUT_BEFORE).isNumber()) {
      heldOutBefore = OptionalDouble.of(before.path(HELD_OUT_BEFORE).asDouble());
    }
  }

  private static String sum(String content) {
    return Hashing.sha256().hashString(content, StandardCharsets.UTF_8).toString();
  }

  /** Finds damage that the settings themselves do not show. */
  private void checkSum(ObjectNode settings) {
    ObjectNode content = settings.deepCopy();
    JsonNode sum = content.remove(SUM);
    if (sum == null) {
      LOG.warn("{}: has no checksum, as earlier versions wrote it", settingsFile());
    } else if (!sum.asText().equals(sum(JsonText.line(content)))) {
      throw new InvalidInputException(
          "%s: expected content with the checksum %s, found %s; the file is damaged or was changed"
              .formatted(settingsFile(), JsonText.shown(sum), sum(JsonText.line(content))));
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
    if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
      MoreFiles.deleteRecursively(own, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
