package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.data.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The file {@code result.json} of a run, which is there only when the run is done: so a resumed
 * experiment does not repeat it. Immutable.
 *
 * @param folder the folder of the run
 */
record ResultFile(Path folder) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Path file() {
    return folder.resolve(RunFiles.RESULT);
  }

  /**
   * Returns what an earlier run left.
   *
   * @throws InvalidInputException if the file is damaged
   */
  <T> Optional<T> read(Class<T> type) {
    try {
      return Files.exists(file())
          ? Optional.of(MAPPER.readValue(Files.readAllBytes(file()), type))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file() + ": expected the result of a run, found: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Keeps what a run gives, also in the place of an earlier result, and returns it. */
  <T> T keep(Supplier<T> run) {
    DurableFile.createFolder(folder); // fails before the run where it cannot be made
    T result = run.get();
    JsonText.write(file(), result);
    return result;
  }

  /**
   * Returns what an earlier run left, or else what this one gives, which is then kept.
   *
   * @throws InvalidInputException if the file is damaged
   */
  <T> T orElse(Class<T> type, Supplier<T> run) {
    return read(type).orElseGet(() -> keep(run));
  }
}
