package dev.flowdpo.cli.experiment;

import java.nio.file.Path;

/** What an experiment found, for people. */
interface ExperimentReport {

  /** Writes the page, tables and plots. */
  void write(Path folder);

  /** Returns the findings in a few lines. */
  String summary();
}
