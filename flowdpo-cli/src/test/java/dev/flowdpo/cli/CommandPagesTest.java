package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the manual pages in the repository equal to what the commands say of themselves. To write
 * them again: {@code mvn test -pl flowdpo-cli -am -Dtest=CommandPagesTest -Dflowdpo.pages=write
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class CommandPagesTest {
  private static final Path FOLDER = Path.of("..", "docs", "commands");

  @Test
  void thePagesSayWhatTheCommandsSay() throws IOException {
    Map<String, String> pages = pages();
    if (System.getProperty("flowdpo.pages", "").equals("write")) {
      write(pages);
    }

    assertThat(stored()).isEqualTo(pages);
  }

  private static Map<String, String> pages() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    var pages = CommandPage.of(FlowDpo.commandLine(nowhere, nowhere));
    Map<String, String> texts = new TreeMap<>();
    pages.forEach(page -> texts.put(page.fileName(), page.text()));
    texts.put("README.md", CommandPage.index(pages));
    return texts;
  }

  private static Map<String, String> stored() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return texts;
  }

  private static void write(Map<String, String> pages) throws IOException {
    Files.createDirectories(FOLDER);
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Files.writeString(FOLDER.resolve(page.getKey()), page.getValue());
    }
  }
}
