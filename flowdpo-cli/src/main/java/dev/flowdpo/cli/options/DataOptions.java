package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.data.Dataset;
import dev.flowdpo.runtime.data.DatasetFormat;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a file of problems is read. Not thread-safe. */
public final class DataOptions {
  @Option(
      names = "--format",
      paramLabel = "gsm8k|math|metamath|jsonl",
      converter = FormatConverter.class,
      description = "Form of the data file; default: what the fields of its first row tell.")
  private Optional<DatasetFormat> format = Optional.empty();

  @Option(
      names = "--shuffle-seed",
      paramLabel = "N",
      description = "Take the rows of the data file in a random order; default: in its own.")
  private Optional<Long> shuffleSeed = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The first N problems only, after shuffling; default: all of them.")
  private Optional<Integer> limit = Optional.empty();

  /** Reads a format by its name. */
  static final class FormatConverter extends TextConverter<DatasetFormat> {
    FormatConverter() {
      super(DatasetFormat.values());
    }
  }

  /** Checks the values. */
  public void check() {
    limit.ifPresent(n -> OptionRange.atLeast(1, "--limit", n));
  }

  /** Returns how many problems are wanted; empty for all. */
  public Optional<Integer> limit() {
    return limit;
  }

  /**
   * Returns the problems of a file, rows that give one again among them.
   *
   * @throws InvalidInputException if the file is missing or empty, or its first row has no known
   *     fields
   */
  public Dataset dataset(Path file) {
    Dataset found =
        format.map(given -> Dataset.of(file, given)).orElseGet(() -> Dataset.open(file));
    found = found.keepRepeats();
    found = shuffleSeed.isPresent() ? found.shuffle(shuffleSeed.get()) : found;
    return limit.isPresent() ? found.limit(limit.get()) : found;
  }

  /**
   * Checks that nothing is asked of a file where there is none.
   *
   * @param limited whether the limit holds for other problems too
   */
  public void refuseWithoutFile(boolean limited) {
    boolean given =
        format.isPresent() || shuffleSeed.isPresent() || (limit.isPresent() && !limited);
    if (given) {
      throw new InvalidInputException(
          (limited ? "--format and --shuffle-seed" : "--format, --shuffle-seed and --limit")
              + ": expected a file as --data, found none");
    }
  }

  /** Adds what makes one reading of a file different from another. */
  public void describe(Map<String, String> settings) {
    settings.put("format", format.map(DatasetFormat::toString).orElse("auto"));
    settings.put("shuffleSeed", shuffleSeed.map(String::valueOf).orElse("none"));
    settings.put("limit", limit.map(String::valueOf).orElse("none"));
  }
}
