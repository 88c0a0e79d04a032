package dev.flowdpo.cli.report;

/** What stands in a place of a table. Immutable and thread-safe. */
public sealed interface Cell {

  /**
   * A text.
   *
   * @param text what stands there; any characters
   */
  record Text(String text) implements Cell {}

  /**
   * A number, with its interval where it has one.
   *
   * @param estimate the number, as it is computed: shares in [0, 1], not percent
   */
  record Value(Estimate estimate) implements Cell {}

  /** Nothing: it was not measured. */
  record Missing() implements Cell {}
}
