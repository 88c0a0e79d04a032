package dev.flowdpo.cli.report;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless browser that opens a page in a process and a profile of its own.
 *
 * @param program the browser's program
 */
record Chromium(Path program) {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final int MINUTES = 5;

  /**
   * What a run left.
   *
   * @param out standard output, where a dump of the page goes
   * @param console what the page said on its console, errors and policy violations included
   */
  record Run(String out, List<String> console) {}

  /** Returns the browser on the search path, if there is one. */
  static Optional<Chromium> find() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return NAMES.stream()
        .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(dir -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Chromium::new);
  }

  /** Draws the page into a PNG file. */
  Run screenshot(Path page, Path png, int width, int height, String... flags) throws Exception {
    Run run = run(page, width, height, "--screenshot=" + png.toAbsolutePath(), flags);
    if (!Files.exists(png)) {
      throw new IOException("the browser left no screenshot; it said: " + run);
    }
    return run;
  }

  /** Returns the page's elements after its scripts have run. */
  Run dump(Path page, int width, int height) throws Exception {
    return run(page, width, height, "--dump-dom");
  }

  private Run run(Path page, int width, int height, String what, String... flags) throws Exception {
    Path own = Files.createTempDirectory("chromium");
    List<String> command = new ArrayList<>(List.of(program.toString(), "--headless=new"));
    command.addAll(
        List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"));
    command.addAll(List.of("--enable-logging=stderr", "--no-first-run", "--disable-extensions"));
    command.add("--user-data-dir=" + own.resolve("profile"));
    command.add("--window-size=" + width + "," + height);
    command.add(what);
    command.addAll(List.of(flags));
    command.add(page.toUri().toString());
    Path out = own.resolve("out");
    Path err = own.resolve("err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        throw new IOException("the browser took more than " + MINUTES + " minutes");
      }
      List<String> console =
          Files.readString(err).lines().filter(line -> line.contains("CONSOLE")).toList();
      return new Run(Files.readString(out), console);
    } finally {
      // A helper process of the browser may still write there for a moment.
      try {
        MoreFiles.deleteRecursively(own, RecursiveDeleteOption.ALLOW_INSECURE);
      } catch (IOException e) {
        own.toFile().deleteOnExit();
      }
    }
  }
}
