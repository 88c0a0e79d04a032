package dev.flowdpo.examples.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.jackson.FlowDpoModule;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The feedback that was accepted, a line each, on the disk before anybody is told so: what a
 * learner had not saved when the process ended is handed in again after the restart. Thread-safe.
 */
final class FeedbackJournal {
  private final ObjectMapper json = new ObjectMapper().registerModule(new FlowDpoModule());
  private final Path file;

  FeedbackJournal(Path file) {
    this.file = file;
  }

  /** Adds a solution whose problem holds the answer that a user gave. */
  synchronized void add(Solution solution) throws IOException {
    byte[] line = (json.writeValueAsString(solution) + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer left = ByteBuffer.wrap(line);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  /** {@return all of them; a last line that was torn by a kill had not been accepted} */
  synchronized List<Solution> all() throws IOException {
    List<Solution> solutions = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          solutions.add(json.readValue(line, Solution.class));
        } catch (JsonProcessingException e) {
          System.err.println("A torn line of " + file.getFileName() + " is passed over.");
        }
      }
    }
    return solutions;
  }
}
