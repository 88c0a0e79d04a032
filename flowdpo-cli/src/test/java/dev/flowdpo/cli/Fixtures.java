package dev.flowdpo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** The PyTorch fixtures of the runtime module: small random models without a tokenizer. */
public final class Fixtures {
  public static final Path ROOT =
      Path.of("..", "flowdpo-runtime", "src", "test", "resources", "pytorch");

  private Fixtures() {}

  public static Path model(String name) {
    return ROOT.resolve(name);
  }

  /** Copies a model into a folder, to be spoilt there. */
  public static Path copy(String name, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(model(name))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }
}
