package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds and opens the weight files of a model folder. Stateless and thread-safe. */
final class WeightFiles {
  static final String INDEX_FILE = "model.safetensors.index.json";
  private static final String WEIGHT_MAP = "weight_map";

  private WeightFiles() {}

  /**
   * {@return the opened files: the one {@code model.safetensors}, or the shards of the index}
   *
   * @throws InvalidInputException if there is neither, or a file is missing, damaged or not what
   *     the index says
   */
  static List<SafetensorsFile> open(Path folder) {
    Path single = folder.resolve(Checkpoint.WEIGHTS_FILE);
    if (Files.exists(single)) {
      return List.of(SafetensorsFile.open(single));
    }
    Path index = folder.resolve(INDEX_FILE);
    if (!Files.exists(index)) {
      throw new InvalidInputException(
          folder
              + ": expected weights in "
              + Checkpoint.WEIGHTS_FILE
              + " or in shards named by "
              + INDEX_FILE
              + ", found neither; save the model in the safetensors format");
    }
    return openShards(folder, JsonObjectFile.read(index));
  }

  /** Closes the files. */
  static void close(List<SafetensorsFile> files) {
    files.forEach(SafetensorsFile::close);
  }

  private static List<SafetensorsFile> openShards(Path folder, JsonObjectFile index) {
    Map<String, List<String>> tensorsOf = tensorsOfEachShard(index);
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      for (Map.Entry<String, List<String>> shard : tensorsOf.entrySet()) {
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(shard.getKey()));
        files.add(file);
        shard.getValue().forEach(file::tensor);
      }
      return List.copyOf(files);
    } catch (RuntimeException e) {
      close(files);
      throw e;
    }
  }

  private static Map<String, List<String>> tensorsOfEachShard(JsonObjectFile index) {
    JsonNode map = index.require(WEIGHT_MAP, "an object from tensor names to file names");
    if (!map.isObject() || map.isEmpty()) {
      throw index.wrong(WEIGHT_MAP, "an object from tensor names to file names", map);
    }
    Map<String, List<String>> tensorsOf = new TreeMap<>();
    map.properties()
        .forEach(
            entry -> {
              String file = shardName(index, entry.getKey(), entry.getValue());
              tensorsOf.computeIfAbsent(file, name -> new ArrayList<>()).add(entry.getKey());
            });
    return tensorsOf;
  }

  /** A shard lies in the model folder itself: an index must not reach files elsewhere. */
  private static String shardName(JsonObjectFile index, String tensor, JsonNode value) {
    String name = value.asText();
    boolean plain = name.indexOf('/') < 0 && name.indexOf('\\') < 0 && name.indexOf('\0') < 0;
    if (!value.isTextual() || !plain || !name.endsWith(".safetensors")) {
      throw index.wrong(
          WEIGHT_MAP + "." + tensor, "the name of a .safetensors file in the folder", value);
    }
    return name;
  }
}
