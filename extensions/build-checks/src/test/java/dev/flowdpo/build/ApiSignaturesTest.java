package dev.flowdpo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What users can call changes only on purpose: each module keeps its public signatures in {@code
 * api-signatures.txt}, and a change shows there. {@code -Dflowdpo.api.update} writes the files
 * again. From the first release on, japicmp compares with it besides, and alone for the Spring Boot
 * starter and for Spark, whose optional and provided dependencies are not here.
 */
class ApiSignaturesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "flowdpo-api",
        "flowdpo-verifiers",
        "flowdpo-runtime",
        "flowdpo-chat-template",
        "flowdpo-testing",
        "flowdpo-jackson",
        "flowdpo-openai",
        "flowdpo-micrometer",
        "flowdpo-langchain4j"
      })
  void publicSignaturesAreThoseCheckedIn(String module) throws IOException {
    Path file = Modules.folder(module).resolve("api-signatures.txt");
    List<String> found = Signatures.of(module);
    if (System.getProperty("flowdpo.api.update") != null) {
      Files.writeString(file, String.join("\n", found) + "\n");
    }

    assertThat(found)
        .as(
            "public signatures of %s, against %s; if the change is wanted, run"
                + " `mvn -pl extensions/build-checks -am test -Dtest=ApiSignaturesTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dflowdpo.api.update`",
            module, file.getFileName())
        .isEqualTo(Files.readAllLines(file));
  }
}
