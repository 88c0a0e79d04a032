package dev.flowdpo.cli.report;

import java.util.Objects;

/**
 * Text whose lines and blanks are kept: a command line, a log. Immutable and thread-safe.
 *
 * @param caption what it is
 * @param text the text, as it stands
 */
public record Preformatted(String caption, String text) implements Block {

  /** Checks that both are there. */
  public Preformatted {
    Objects.requireNonNull(caption, "caption");
    Objects.requireNonNull(text, "text");
  }
}
