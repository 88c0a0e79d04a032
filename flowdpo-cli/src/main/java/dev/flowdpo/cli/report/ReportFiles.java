package dev.flowdpo.cli.report;

import dev.flowdpo.runtime.data.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a report and its parts into a folder. Stateless. */
final class ReportFiles {
  private ReportFiles() {}

  static Path writePage(Report report, Path folder) {
    return write(folder.resolve(Report.FILE), report.html());
  }

  static List<Path> writeParts(Report report, Path folder) {
    List<Path> files = new ArrayList<>();
    FileNames names = new FileNames();
    StringBuilder trees = new StringBuilder();
    for (Section section : report.sections()) {
      for (Block block : section.blocks()) {
        if (block instanceof Table table) {
          String name = names.of("tables/", table.title());
          files.add(write(folder.resolve(name + ".csv"), table.csv()));
          files.add(write(folder.resolve(name + ".md"), table.markdown()));
        } else if (block instanceof LineChart chart) {
          Path file = folder.resolve(names.of("plots/", chart.title()) + ".png");
          makeFolder(file);
          chart.writePng(file);
          files.add(file);
        } else if (block instanceof BarChart chart) {
          Path file = folder.resolve(names.of("plots/", chart.title()) + ".png");
          makeFolder(file);
          chart.writePng(file);
          files.add(file);
        } else if (block instanceof Trees all) {
          all.trees().forEach(tree -> trees.append(RolloutTreeJson.line(tree)).append('\n'));
        }
      }
    }
    if (trees.length() > 0) {
      files.add(write(folder.resolve("trees.jsonl"), trees.toString()));
    }
    return List.copyOf(files);
  }

  private static Path write(Path file, String text) {
    DurableFile.replace(file, text);
    return file;
  }

  private static void makeFolder(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": its folder cannot be made: " + e.getMessage(), e);
    }
  }
}
