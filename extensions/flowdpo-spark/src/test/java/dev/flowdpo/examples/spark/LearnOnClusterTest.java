package dev.flowdpo.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's program runs as it stands, and is what the guide shows. */
class LearnOnClusterTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.master", "local[2]",
          "spark.ui.enabled", "false",
          "spark.sql.shuffle.partitions", "2");

  @Test
  void learnsAndMeasures(@TempDir Path folder) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    for (WordProblem problem : WordProblems.learning(51).limit(8).toList()) {
      Problem one = problem.toProblem();
      lines.add(
          json.writeValueAsString(
              Map.of("question", one.question(), "answer", one.answer().orElseThrow())));
    }
    Path data = Files.write(folder.resolve("problems.jsonl"), lines);
    Path adapters = folder.resolve("adapters");
    SETTINGS.forEach(System::setProperty);
    try {
      LearnOnCluster.main(new String[] {data.toString(), adapters.toString()});
    } finally {
      SETTINGS.keySet().forEach(System::clearProperty);
    }
    assertThat(adapters.resolve("answer/adapter_model.safetensors")).isRegularFile();
    assertThat(adapters.resolve("traces/_SUCCESS")).isRegularFile();
  }

  @Test
  void isWhatTheGuideShows() throws IOException {
    Path source = Path.of("src/test/java/dev/flowdpo/examples/spark/LearnOnCluster.java");
    String program = Files.readString(source);
    assertThat(Files.readString(Path.of("../../docs/spark.md")))
        .contains(program.substring(program.indexOf("import ")).strip());
  }
}
