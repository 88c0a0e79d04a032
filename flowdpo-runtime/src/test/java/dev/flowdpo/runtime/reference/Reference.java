package dev.flowdpo.runtime.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * One checkpoint of the PyTorch reference and what PyTorch computed with it. Its README says what
 * each file holds. Thread-safe; the model is loaded once and stays open.
 */
public final class Reference {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Reference> ALL = new ConcurrentHashMap<>();

  private final Path folder;
  private final FrozenBase base;

  private Reference(String name) {
    this.folder = root().resolve(name);
    this.base = load();
  }

  /** Returns the names of the checkpoints with adapters. */
  public static List<String> names() {
    return List.of("gqa-tied", "mha-untied", "wide-heads-tied", "large-theta-untied");
  }

  /** Returns the names of the checkpoints that come with gradients of all weights. */
  public static List<String> pretrainingNames() {
    return List.of("gqa-tied", "mha-untied");
  }

  /** Returns the names of the checkpoints in half precision, which have no adapter. */
  public static List<String> halfPrecisionNames() {
    return List.of("gqa-tied-f16", "mha-untied-bf16");
  }

  /** Returns the names of the checkpoints of every architecture and variant. */
  public static List<String> architectures() {
    try (Stream<Path> folders = Files.list(root().resolve("architectures"))) {
      return folders.map(folder -> "architectures/" + folder.getFileName()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a checkpoint, loaded at the first call. */
  public static Reference of(String name) {
    return ALL.computeIfAbsent(name, Reference::new);
  }

  /** Returns the folder of the reference. */
  public static Path root() {
    URL url =
        Objects.requireNonNull(
            Reference.class.getResource("/pytorch/README.md"), "The PyTorch reference is missing");
    try {
      return Objects.requireNonNull(Path.of(url.toURI()).getParent());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the model, which stays open for other tests. */
  public FrozenBase base() {
    return base;
  }

  /** Loads the model once more; the caller closes it. */
  public FrozenBase load() {
    // One thread: these matrices are too small to share, and other tests want the other core.
    int context = 4096;
    if (Files.exists(folder.resolve("expected.json"))) {
      context = json("expected.json").path("context").asInt(context);
    }
    return FrozenBase.load(Checkpoint.open(folder), new SessionSettings(1, context));
  }

  /** Returns the checkpoint's folder. */
  public Path folder() {
    return folder;
  }

  /** Returns the configuration. */
  public ModelConfig config() {
    return base.config();
  }

  /** Returns the stored adapter without its dropout, or the one that changes nothing. */
  public AdapterSnapshot adapter(boolean stored) {
    if (!stored) {
      return AdapterSnapshot.none(config());
    }
    AdapterSnapshot read =
        AdapterSnapshot.of(config(), PeftAdapters.read(folder.resolve("adapter"), config()));
    return AdapterSnapshot.of(read.layout(), read.alpha(), 0, read.values());
  }

  /** Returns the pairs of {@code pair.json} or {@code pairs.json}. */
  public List<PreferencePair> pairs(String file) {
    JsonNode found = json(file + ".json");
    List<PreferencePair> pairs = new ArrayList<>();
    for (JsonNode pair : found.isArray() ? found : JSON.createArrayNode().add(found)) {
      pairs.add(
          new PreferencePair(
              AdapterRole.ANSWER,
              TokenIds.copyOf(integers(pair.get("prompt"))),
              new RewardedCompletion(TokenIds.copyOf(integers(pair.get("chosen"))), 1),
              new RewardedCompletion(TokenIds.copyOf(integers(pair.get("rejected"))), 0),
              "reference",
              pairs.size()));
    }
    return pairs;
  }

  /** Returns a file of this checkpoint. */
  public JsonNode json(String file) {
    return read(folder.resolve(file));
  }

  /** Returns the lines of a file of this checkpoint. */
  public List<JsonNode> lines(String file) {
    try {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : Files.readAllLines(folder.resolve(file))) {
        lines.add(JSON.readTree(line));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a JSON file. */
  public static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a JSON list of integers as an array. */
  public static int[] integers(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).intValue();
    }
    return values;
  }

  /** Returns a JSON list of numbers as an array. */
  public static double[] reals(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).doubleValue();
    }
    return values;
  }
}
