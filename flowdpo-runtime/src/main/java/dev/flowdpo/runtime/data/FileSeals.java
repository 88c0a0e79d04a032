package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals files that only grow, such as those of pairs and traces, so that damage is found before a
 * run goes on with them: one small file beside them says how long each was at the last checkpoint,
 * the SHA-256 of that much of it, and the CRC-32C of its blocks of 64 KiB, by which damage is
 * located.
 *
 * <p>What lies behind the sealed part may be torn, and is left to whoever opens the file. A save
 * reads only what came since the one before. Where the seals' file is missing, as in a folder of an
 * earlier version, files are taken unchecked and a warning says so.
 *
 * <pre>{@code
 * FileSeals seals =
 *     FileSeals.resume(folder.resolve("seals.json"), List.of(pairs, traces), learner.progress().problems());
 * // once the files are open, cut off at the checkpoint, and in LearningListener.onCheckpoint:
 * seals.save();
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class FileSeals {
  private static final Logger LOG = LoggerFactory.getLogger(FileSeals.class);

  private final Path file;
  private final Map<Path, SealedPrefix> prefixes = new LinkedHashMap<>();

  private FileSeals(Path file, List<Path> files) {
    this.file = file;
    files.forEach(path -> prefixes.put(path, new SealedPrefix(path)));
  }

  /**
   * Goes on with the files of a run, checked against their seals; or begins without any seal, and
   * the first {@link #save} reads the files whole.
   *
   * @param file the file of the seals, which is deleted where the run begins
   * @param files the files to seal, whose names differ
   * @param problems how many problems the run had read at its checkpoint; 0 where it begins
   * @return the seals, to go on with
   * @throws InvalidInputException if a file is shorter than its sealed part or differs within it;
   *     the message names the file and the place
   * @throws FlowException if the file of the seals cannot be deleted
   */
  public static FileSeals resume(Path file, List<Path> files, int problems) {
    return problems == 0 ? begin(file, files) : check(file, files);
  }

  private static FileSeals begin(Path file, List<Path> files) {
    try {
      AtomicFiles.delete(file);
    } catch (IOException e) {
      throw new FlowException(file + ": cannot be deleted: " + e, e);
    }
    return new FileSeals(file, files);
  }

  private static FileSeals check(Path file, List<Path> files) {
    FileSeals seals = new FileSeals(file, files);
    if (!Files.exists(file)) {
      LOG.warn(
          "{}: missing, so {} are read unchecked; the next checkpoint seals them",
          file,
          files.stream().map(Path::getFileName).toList());
      return seals;
    }
    JsonObjectFile json = JsonObjectFile.read(file);
    if (!json.checkSeal()) {
      throw new InvalidInputException(file + ": expected its own checksum, found none");
    }
    seals.prefixes.forEach(
        (path, prefix) ->
            json.find(path.getFileName().toString()).ifPresent(seal -> prefix.check(seal, file)));
    return seals;
  }

  /**
   * Seals the files as they are now.
   *
   * @throws FlowException if they cannot be read or the seals cannot be written
   */
  public void save() {
    ObjectNode json = JsonObjectFile.object();
    prefixes.forEach((path, prefix) -> json.set(path.getFileName().toString(), prefix.extend()));
    DurableFile.replace(file, JsonObjectFile.formatSealed(json));
  }

  /** The sealed part of one file, and its sums so far. */
  private static final class SealedPrefix {
    private static final int BLOCK_BYTES = 1 << 16;

    private final Path path;
    private final MessageDigest whole = sha256();
    private final ArrayNode blocks = JsonObjectFile.object().putArray("crc32c");
    private CRC32C block = new CRC32C();
    private long bytes;

    SealedPrefix(Path path) {
      this.path = path;
    }

    void check(JsonNode seal, Path seals) {
      long sealed = seal.path("bytes").asLong();
      long size = size();
      if (size < sealed) {
        throw new InvalidInputException(
            "%s: expected at least %d bytes, as %s says, found %d; the file is cut off at byte %d or is not the one of this run"
                .formatted(path, sealed, seals.getFileName(), size, size));
      }
      read(sealed);
      ObjectNode found = json();
      if (found.toString().equals(seal.toString())) {
        return;
      }
      JsonNode expected = seal.path("crc32c");
      JsonNode have = found.path("crc32c");
      int at = 0;
      while (at < have.size() && have.path(at).equals(expected.path(at))) {
        at++;
      }
      throw new InvalidInputException(
          "%s: expected the content that %s has the checksums of, found another between bytes %d and %d; the file is damaged or is not the one of this run"
              .formatted(
                  path,
                  seals.getFileName(),
                  Math.min((long) at * BLOCK_BYTES, sealed),
                  Math.min((long) (at + 1) * BLOCK_BYTES, sealed)));
    }

    /** Reads what came since, and returns the seal. */
    ObjectNode extend() {
      read(size());
      return json();
    }

    private long size() {
      try {
        return Files.exists(path) ? Files.size(path) : 0;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private void read(long end) {
      byte[] part = new byte[BLOCK_BYTES];
      BlockInputStream in = new BlockInputStream(path, bytes, BLOCK_BYTES);
      try {
        while (bytes < end) {
          int room = BLOCK_BYTES - (int) (bytes % BLOCK_BYTES);
          int count = in.read(part, 0, (int) Math.min(room, end - bytes));
          if (count < 0) {
            throw new IOException("expected %d bytes, found %d".formatted(end, bytes));
          }
          whole.update(part, 0, count);
          block.update(part, 0, count);
          bytes += count;
          if (bytes % BLOCK_BYTES == 0) {
            blocks.add(hex(block));
            block = new CRC32C();
          }
        }
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private FlowException failed(IOException e) {
      return new FlowException(path + ": cannot be read: " + e, e);
    }

    private ObjectNode json() {
      ObjectNode json = JsonObjectFile.object();
      json.put("bytes", bytes);
      try {
        MessageDigest copy = (MessageDigest) whole.clone();
        json.put("sha256", HexFormat.of().formatHex(copy.digest()));
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
      ArrayNode all = blocks.deepCopy();
      if (bytes % BLOCK_BYTES != 0) {
        all.add(hex(block));
      }
      json.set("crc32c", all);
      return json;
    }

    private static String hex(CRC32C sum) {
      return "%08x".formatted(sum.getValue());
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
