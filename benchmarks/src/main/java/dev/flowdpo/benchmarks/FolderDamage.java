package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Looks for damage in what a killed process left, without the library's own readers: every JSON and
 * safetensors file must be whole, of a file of lines all but the last, and what a learner's {@code
 * latest} names must have the lengths and SHA-256 sums of its manifest. Temporary files, whose
 * names begin with a dot, are no part of a state.
 */
final class FolderDamage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LENGTH_BYTES = 8;

  private FolderDamage() {}

  /** Returns what is damaged, in words; nothing where all is whole. */
  static List<String> in(Path folder) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files(folder)) {
      String name = file.getFileName().toString();
      try {
        if (name.endsWith(".safetensors")) {
          checkTensors(file);
        } else if (name.endsWith(".json")) {
          JSON.readTree(file.toFile());
        } else if (name.endsWith(".jsonl")) {
          checkLines(file);
        } else if (name.equals("latest")) {
          checkState(file.resolveSibling(Files.readString(file).strip()));
        }
      } catch (IOException | RuntimeException e) {
        found.add(folder.relativize(file) + ": " + e);
      }
    }
    return found;
  }

  /** Returns the temporary files that are left. */
  static long temporaryFiles(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).filter(FolderDamage::isTemporary).count();
    }
  }

  private static boolean isTemporary(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).filter(file -> !isTemporary(file)).sorted().toList();
    }
  }

  private static void checkTensors(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long end = 0;
    String text = new String(bytes, LENGTH_BYTES, Math.toIntExact(header), StandardCharsets.UTF_8);
    for (JsonNode tensor : JSON.readTree(text)) {
      end = Math.max(end, tensor.path("data_offsets").path(1).asLong());
    }
    if (bytes.length != LENGTH_BYTES + header + end) {
      throw new IOException("of " + bytes.length + " bytes, not " + (LENGTH_BYTES + header + end));
    }
  }

  private static void checkLines(Path file) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      try {
        JSON.readTree(lines.get(i));
      } catch (JsonProcessingException e) {
        if (i < lines.size() - 1) {
          throw new IOException("line " + (i + 1) + " of " + lines.size(), e);
        } // else it was being written
      }
    }
  }

  private static void checkState(Path state) throws IOException {
    JsonNode files = JSON.readTree(state.resolve("manifest.json").toFile()).path("files");
    if (files.isEmpty()) {
      throw new IOException("a manifest without files");
    }
    for (Map.Entry<String, JsonNode> entry : files.properties()) {
      Path file = state.resolve(entry.getKey());
      String sum = MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
      if (Files.size(file) != entry.getValue().path("bytes").asLong()
          || !sum.equals(entry.getValue().path("sha256").asText())) {
        throw new IOException(entry.getKey() + " is not what the manifest says");
      }
    }
  }
}
