package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Report;
import java.nio.file.Path;

/** What an experiment found, for people. */
interface ExperimentReport {

  /**
   * Returns the page.
   *
   * @param folder the experiment's folder, where runs may have left more than figures
   */
  Report page(Path folder);

  /** Writes the page, tables and plots. */
  default void write(Path folder) {
    Report page = page(folder);
    page.writeParts(folder);
    page.write(folder);
  }

  /** Returns the findings in a few lines. */
  String summary();
}
