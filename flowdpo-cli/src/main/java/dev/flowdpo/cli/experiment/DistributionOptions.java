package dev.flowdpo.cli.experiment;

import picocli.CommandLine.Option;

/** From which distribution an experiment draws its problems. Not thread-safe. */
final class DistributionOptions {
  @Option(
      names = "--distribution",
      paramLabel = "NAME",
      defaultValue = "standard",
      description =
          "Where the problems come from: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Distribution distribution;

  Distribution chosen() {
    return distribution;
  }
}
