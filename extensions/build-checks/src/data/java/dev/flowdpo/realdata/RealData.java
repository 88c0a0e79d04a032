package dev.flowdpo.realdata;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The published templates, tokenizers and data sets that some tests read, in the folder that {@code
 * -Dflowdpo.data} names, by default {@code shared/data} beside the checkout. Where one is missing,
 * the test that asks for it is skipped; it fails if the environment variable {@code
 * FLOWDPO_DATA_REQUIRED} is set, so that a build that should have the data can't pass without.
 *
 * <p>This source is compiled into the tests of each module that needs it; the parent pom adds it.
 */
public final class RealData {
  private static final Path FOLDER =
      Path.of(System.getProperty("flowdpo.data", "../../shared/data")).normalize();

  private RealData() {}

  /** Returns a file or folder of the data, or ends the test, as skipped or as failed. */
  public static Path at(String name) {
    Path path = FOLDER.resolve(name);
    if (!Files.exists(path)) {
      String message = "no data at " + path + ": name its folder by -Dflowdpo.data=DIR.";
      if (required()) {
        fail(message + " FLOWDPO_DATA_REQUIRED is set, so that this is a failure.");
      }
      abort(message);
    }
    return path;
  }

  private static boolean required() {
    String variable = System.getenv("FLOWDPO_DATA_REQUIRED");
    return variable != null && !variable.isBlank();
  }
}
