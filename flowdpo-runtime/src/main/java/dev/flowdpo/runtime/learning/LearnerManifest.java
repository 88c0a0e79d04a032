package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a checkpoint is of, and that it is whole: the version of its format and of the library, all
 * settings that decide the run, length and SHA-256 of every file, and a checksum of itself. It is
 * written last.
 */
final class LearnerManifest {
  static final String FILE = "manifest.json";
  private static final Logger LOG = LoggerFactory.getLogger(LearnerManifest.class);
  private static final int FORMAT = 3;

  /** The format before, whose manifest has no checksum of itself. */
  private static final int UNSEALED = 2;

  /** The time at which the run began, among its settings where prompts tell it. */
  static final String PROMPT_TIME = "promptTime";

  private final JsonObjectFile json;

  private LearnerManifest(JsonObjectFile json) {
    this.json = json;
  }

  /** Writes the manifest of what lies in the folder. */
  static void write(Path folder, Map<String, String> settings) throws IOException {
    ObjectNode json = JsonObjectFile.object();
    json.put("format", FORMAT);
    json.put("library", library());
    ObjectNode set = json.putObject("settings");
    settings.forEach(set::put);
    ObjectNode files = json.putObject("files");
    for (Path file : files(folder)) {
      ObjectNode entry = files.putObject(name(folder, file));
      entry.put("bytes", Files.size(file));
      entry.put("sha256", hash(file));
    }
    AtomicFiles.write(folder.resolve(FILE), JsonObjectFile.formatSealed(json));
  }

  /**
   * Reads the manifest and checks every file that it names.
   *
   * @throws InvalidInputException if it is of another format, or a file is missing or damaged
   */
  static LearnerManifest read(Path folder) throws IOException {
    LearnerManifest manifest = new LearnerManifest(JsonObjectFile.read(folder.resolve(FILE)));
    boolean sealed = manifest.json.checkSeal();
    int format = manifest.json.integer("format", 0);
    if (format == UNSEALED && !sealed) {
      LOG.warn(
          "{}: written by an earlier version, without a checksum of its own: its settings and figures"
              + " are read unchecked; the next checkpoint has one",
          folder.resolve(FILE));
    } else if (format == FORMAT && !sealed) {
      throw new InvalidInputException(
          folder.resolve(FILE) + ": expected its checksum, found none; the state is damaged");
    } else if (format != FORMAT) {
      throw new InvalidInputException(
          "%s: expected a state of format %d, found format %d; resume it with the library that wrote it"
              .formatted(folder, FORMAT, format));
    }
    manifest.checkFiles(folder);
    return manifest;
  }

  private void checkFiles(Path folder) throws IOException {
    JsonNode files = json.require("files", "the files of the state");
    for (Map.Entry<String, JsonNode> entry : files.properties()) {
      Path file = folder.resolve(entry.getKey());
      long expected = entry.getValue().path("bytes").asLong(-1);
      boolean there = isOwn(folder, file);
      if (!there || Files.size(file) != expected) {
        throw new InvalidInputException(
            "%s: expected a file of %d bytes, as %s says, found %s; the state is damaged"
                .formatted(file, expected, FILE, there ? Files.size(file) + " bytes" : "none"));
      }
      String sum = entry.getValue().path("sha256").asText();
      String found = hash(file);
      if (!found.equals(sum)) {
        throw new InvalidInputException(
            "%s: expected the SHA-256 %s, as %s says, found %s; the state is damaged"
                .formatted(file, sum, FILE, found));
      }
    }
  }

  /** Says whether it is a file of the folder itself: no link leads out of it. */
  private static boolean isOwn(Path folder, Path file) {
    for (Path at = file.getParent(); at != null && !at.equals(folder); at = at.getParent()) {
      if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return file.startsWith(folder) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Checks that a run with these settings may go on from here. Another version of the library may,
   * with a warning, though it may not come to the same numbers.
   *
   * @throws InvalidInputException if a setting differs; its message names all that do
   */
  void check(Path folder, Map<String, String> settings) {
    Map<String, String> then = settings();
    then.remove(PROMPT_TIME); // a run that goes on takes it from here
    List<String> differences = RunSettings.differences(then, settings);
    if (!differences.isEmpty()) {
      throw new InvalidInputException(
          "%s: expected a state of a run with the same settings, found other ones: %s"
              .formatted(folder, String.join("; ", differences)));
    }
    String written = json.string("library");
    if (!written.equals(library())) {
      LOG.warn(
          "{}: written by version {} of the library, goes on with {}", folder, written, library());
    }
  }

  /** Returns the time at which the run began, where its prompts tell it. */
  Optional<String> promptTime() {
    return Optional.ofNullable(settings().get(PROMPT_TIME));
  }

  /** Returns the settings that were written, by their names. */
  Map<String, String> settings() {
    Map<String, String> then = new TreeMap<>();
    json.require("settings", "the settings of the run")
        .properties()
        .forEach(entry -> then.put(entry.getKey(), entry.getValue().asText()));
    return then;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !name(folder, file).equals(FILE))
          .sorted()
          .toList();
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static String hash(Path file) throws IOException {
    return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
  }

  private static String library() {
    return Optional.ofNullable(LearnerManifest.class.getPackage())
        .map(Package::getImplementationVersion)
        .orElse("built from source");
  }
}
