package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
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
    assertThat(program).contains(block.indent(4));
    assertThat(block.lines().count()).isLessThanOrEqualTo(10);
  }

  @Test
  void runs() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      QuickStart.run(WordProblems.learning(0).limit(8).map(WordProblem::toProblem).toList());
    } finally {
      System.setOut(out);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("#### ");
  }
}
