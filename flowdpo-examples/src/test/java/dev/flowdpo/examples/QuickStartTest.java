package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QuickStartTest {
  private static final Path MODULE = Path.of("").toAbsolutePath();

  @Test
  void theFirstCodeBlockOfTheReadmeIsTheProgramThatRuns() throws IOException {
    String readme = Files.readString(MODULE.resolveSibling("README.md"));
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    String block = readme.substring(begin, readme.indexOf("```", begin));
    String program =
        Files.readString(MODULE.resolve("src/main/java/dev/flowdpo/examples/QuickStart.java"));
    int end = block.indexOf("\n\n") + 1;
    String imports = block.substring(0, end);
    String statements = block.substring(end).strip();
    assertThat(imports.lines()).allMatch(line -> line.startsWith("import "));
    assertThat(program).contains(imports, statements.indent(4));
    assertThat(statements.lines().count()).isLessThanOrEqualTo(10);
  }

  @Test
  void runs() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      QuickStart.main(new String[0]);
    } finally {
      System.setOut(out);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("#### ");
  }
}
