package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.report.ReportTree;
import dev.flowdpo.cli.report.RolloutTreeJson;
import dev.flowdpo.cli.report.TreeCollector;
import dev.flowdpo.runtime.data.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rollout trees of a few problems of a run, a file each, so that a run that goes on after a
 * kill writes them again without harm. Stateless and thread-safe.
 */
final class TreeFiles {
  private static final int FIRST = 4;
  private static final int LAST = 4;

  private TreeFiles() {}

  /** Returns a listener that keeps the trees of the first and of the last problems. */
  static TreeCollector collector(Path folder, long seed, int problems) {
    return new TreeCollector(
        "seed " + seed,
        (tree, progress) -> progress.problems() <= FIRST || progress.problems() > problems - LAST,
        tree -> write(folder, tree));
  }

  private static void write(Path folder, ReportTree tree) {
    String name = tree.note().replaceAll("[^A-Za-z0-9]+", "-");
    DurableFile.replace(folder.resolve(name + ".json"), RolloutTreeJson.line(tree) + "\n");
  }

  /** Returns the trees of a run, in the order of their problems. */
  static List<ReportTree> read(Path folder) {
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted(Comparator.comparingInt(TreeFiles::problemOf))
          .map(file -> RolloutTreeJson.parse(file.toString(), JsonText.read(file).strip()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static int problemOf(Path file) {
    String digits = file.getFileName().toString().replaceAll(".*?(\\d+)\\.json$", "$1");
    return Integer.parseInt(digits);
  }
}
