package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.AdapterVersions.Kept;
import dev.flowdpo.runtime.adapter.AdapterVersions.Version;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of adapters that a learner's folder keeps, so that one can roll back after a
 * restart: each in a folder of {@code versions/}, in PEFT form, written once, its {@link
 * LearnerManifest} with figures and checksums last. Which of them are kept, and which is live, is a
 * part of the checkpoint; the others are deleted after that.
 *
 * <p>A version that somebody chose, by its number or by rolling back, is live after a restart too,
 * though no checkpoint came between: the file {@code chosen} names it and the time, until a
 * checkpoint that says the same is complete. Thread-safe.
 */
final class VersionFiles {
  private static final Logger LOG = LoggerFactory.getLogger(VersionFiles.class);
  private static final String FOLDER = "versions";
  private static final String CHOSEN = "chosen";
  private static final int UNSEALED_PARTS = 2;
  private static final Pattern NAME = Pattern.compile("\\d+-\\d+");

  private final Path folder;
  private final Path chosenFile;
  private final ModelConfig config;
  private final String modelName;
  private String choice = "";
  private long choices;

  /**
   * @param folder the learner's
   * @param modelName what adapter folders name as their base
   */
  VersionFiles(Path folder, ModelConfig config, String modelName) {
    this.folder = folder.resolve(FOLDER);
    this.chosenFile = folder.resolve(CHOSEN);
    this.config = config;
    this.modelName = modelName;
  }

  /** Writes the versions that are not there yet, and returns what a checkpoint says of all. */
  synchronized ObjectNode write(Kept kept) throws IOException {
    ObjectNode json = JsonObjectFile.object();
    ArrayNode names = json.putArray("kept");
    for (Version version : kept.versions()) {
      write(version);
      names.add(name(version));
    }
    json.put("live", kept.live());
    if (choices <= kept.choices()) {
      json.put(CHOSEN, choice);
    }
    ArrayNode before = json.putArray("before");
    kept.before().forEach(before::add);
    return json;
  }

  private void write(Version version) throws IOException {
    Path target = folder.resolve(name(version));
    if (Files.exists(target.resolve(LearnerManifest.FILE))) {
      return;
    }
    for (Map.Entry<AdapterRole, AdapterSnapshot> adapter : version.snapshots().entrySet()) {
      PeftAdapters.write(
          target.resolve(adapter.getKey().folderName()), adapter.getValue().weights(), modelName);
    }
    LearnerManifest.write(target, figures(version.about()));
  }

  /** Numbers begin anew with another run, whose versions are others. */
  private static String name(Version version) {
    return version.about().number() + "-" + version.about().created().toEpochMilli();
  }

  private static Map<String, String> figures(AdapterVersion about) {
    Map<String, String> figures = new TreeMap<>();
    figures.put("number", Long.toString(about.number()));
    figures.put("created", about.created().toString());
    figures.put("source", about.source());
    figures.put("answerUpdates", Long.toString(about.answerUpdates()));
    figures.put("stopUpdates", Long.toString(about.stopUpdates()));
    about.accuracy().ifPresent(value -> figures.put("accuracy", Double.toString(value)));
    return figures;
  }

  /** Deletes what the newest checkpoint does not name, now that it is complete. */
  synchronized void settle(Kept kept) throws IOException {
    Set<String> named = new HashSet<>();
    kept.versions().forEach(version -> named.add(name(version)));
    if (choices <= kept.choices()) {
      Files.deleteIfExists(chosenFile);
    } else {
      named.add(versionOf(choice));
    }
    try (Stream<Path> all = Files.list(folder)) {
      for (Path version : all.toList()) {
        if (!named.contains(version.getFileName().toString())) {
          MoreFiles.deleteRecursively(version, RecursiveDeleteOption.ALLOW_INSECURE);
        }
      }
    }
  }

  /** Remembers a version that somebody chose. One that cannot be written is live all the same. */
  synchronized void choose(Version version, long count) {
    try {
      write(version);
      String text = sealed(name(version) + " " + Instant.now());
      AtomicFiles.write(chosenFile, text);
      choice = text;
      choices = count;
    } catch (IOException | UncheckedIOException | FlowException e) {
      LOG.warn(
          "{}: version {} is live, but could not be written; a restart goes on from the last"
              + " checkpoint",
          folder,
          version.about().number(),
          e);
    }
  }

  /**
   * Returns what a checkpoint kept, and a version chosen after it.
   *
   * @param json what {@link #write} returned; nothing of it where there is no such part
   * @throws InvalidInputException if a version is missing or damaged
   */
  synchronized Kept read(JsonNode json) {
    List<Version> versions = new ArrayList<>();
    json.path("kept").forEach(name -> versions.add(read(name.asText())));
    List<Long> before = new ArrayList<>();
    json.path("before").forEach(number -> before.add(number.asLong()));
    return new Kept(versions, json.path("live").asLong(), before, 0);
  }

  private static String versionOf(String choice) {
    List<String> parts = Splitter.on(' ').splitToList(choice);
    return parts.get(parts.size() == UNSEALED_PARTS ? 0 : 1);
  }

  /** Returns the text with a checksum before it, which a text that is cut off lacks nothing of. */
  private static String sealed(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8) + " " + text;
  }

  /** Checks a choice; one of an earlier version has no checksum. */
  private String checked(String text) {
    List<String> parts = Splitter.on(' ').splitToList(text);
    boolean whole =
        parts.size() == UNSEALED_PARTS
            ? NAME.matcher(parts.get(0)).matches()
            : parts.size() == UNSEALED_PARTS + 1
                && sealed(parts.get(1) + " " + parts.get(2)).equals(text);
    if (!whole) {
      throw new InvalidInputException(
          ("%s: expected the version that was chosen, with its checksum, found \"%s\"; the file is"
                  + " damaged: delete it to go on from the last checkpoint's choice")
              .formatted(chosenFile, text));
    }
    return text;
  }

  /**
   * Returns the version that was chosen after the last checkpoint.
   *
   * @param json as for {@link #read}
   */
  synchronized Optional<Version> readChosen(JsonNode json) {
    try {
      choice =
          Files.exists(chosenFile)
              ? checked(new String(Files.readAllBytes(chosenFile), StandardCharsets.UTF_8))
              : "";
      return choice.isEmpty() || choice.equals(json.path(CHOSEN).asText())
          ? Optional.empty()
          : Optional.of(read(versionOf(choice)));
    } catch (IOException e) {
      throw new InvalidInputException(chosenFile + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private Version read(String name) {
    Path from = folder.resolve(name);
    if (!NAME.matcher(name).matches() || !Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidInputException(
          "%s: expected a version of adapters, as the state says, found no such folder"
              .formatted(from));
    }
    try {
      Map<String, String> figures = LearnerManifest.read(from).settings();
      Map<AdapterRole, AdapterSnapshot> snapshots = new EnumMap<>(AdapterRole.class);
      for (AdapterRole role : AdapterRole.values()) {
        Path adapter = from.resolve(role.folderName());
        snapshots.put(role, AdapterSnapshot.of(config, PeftAdapters.read(adapter, config)));
      }
      return new Version(about(figures), snapshots);
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          from + ": expected a version of adapters, as the state says, found: " + e.getMessage(),
          e);
    }
  }

  private static AdapterVersion about(Map<String, String> figures) {
    String accuracy = figures.getOrDefault("accuracy", "");
    return new AdapterVersion(
        Long.parseLong(figures.getOrDefault("number", "")),
        Instant.parse(figures.getOrDefault("created", "")),
        figures.getOrDefault("source", ""),
        Long.parseLong(figures.getOrDefault("answerUpdates", "")),
        Long.parseLong(figures.getOrDefault("stopUpdates", "")),
        accuracy.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(Double.parseDouble(accuracy)));
  }
}
