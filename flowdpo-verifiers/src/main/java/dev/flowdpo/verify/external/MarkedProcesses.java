package dev.flowdpo.verify.external;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Finds all that a program has started, also what has left its session and outlived its parents, so
 * that it is nobody's descendant any more: a variable of the environment, which children inherit,
 * marks it. Where the system tells no environments, as macOS and Windows do, nothing is found.
 * Thread-safe.
 */
final class MarkedProcesses {
  private static final String VARIABLE = "FLOWDPO_VERIFIER";
  private static final Path PROCESSES = Path.of("/proc");
  private static final int MAX_ENVIRONMENT_BYTES = 4 << 20;
  // What is being started while the others end is found by the next look.
  private static final int MOST_LOOKS = 20;

  private final String value = UUID.randomUUID().toString();

  /** Marks a program that is about to start. */
  void mark(Map<String, String> environment) {
    environment.put(VARIABLE, value);
  }

  /** Ends all that has the mark. */
  void destroy() {
    for (int look = 0; look < MOST_LOOKS; look++) {
      List<ProcessHandle> found = find();
      if (found.isEmpty()) {
        return;
      }
      found.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private List<ProcessHandle> find() {
    List<ProcessHandle> found = new ArrayList<>();
    if (!Files.isDirectory(PROCESSES)) {
      return found;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path folder : folders) {
        if (isMarked(folder.resolve("environ"))) {
          ProcessHandle.of(Long.parseLong(String.valueOf(folder.getFileName())))
              .filter(process -> process.pid() != ProcessHandle.current().pid())
              .ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(MarkedProcesses.class).trace("looking for processes", e);
    }
    return found;
  }

  /** Those of other users cannot be read, and those that have just ended are empty. */
  private boolean isMarked(Path environment) {
    try (InputStream bytes = Files.newInputStream(environment)) {
      String text =
          new String(bytes.readNBytes(MAX_ENVIRONMENT_BYTES), StandardCharsets.ISO_8859_1);
      return text.contains(VARIABLE + "=" + value);
    } catch (IOException e) {
      return false;
    }
  }
}
