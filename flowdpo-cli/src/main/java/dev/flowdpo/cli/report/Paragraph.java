package dev.flowdpo.cli.report;

import java.util.Objects;

/**
 * A paragraph, or a heading within a section. Between backticks the text is set as code, between
 * double asterisks in bold; everything else stands as it is. Immutable and thread-safe.
 *
 * @param text the text
 * @param heading whether it heads what follows
 */
public record Paragraph(String text, boolean heading) implements Block {

  /** Checks that there is a text. */
  public Paragraph {
    Objects.requireNonNull(text, "text");
  }
}
