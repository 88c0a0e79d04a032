package dev.flowdpo.cli.options;

import picocli.CommandLine.Option;

/** The seed of a command that draws random numbers. Not thread-safe. */
public final class SeedOptions {
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where all random numbers derive from; default: ${DEFAULT-VALUE}.")
  private long seed;

  /** Returns where all random numbers derive from. */
  public long seed() {
    return seed;
  }
}
