package dev.flowdpo.cli.report;

import java.util.Objects;

/**
 * A remark that stands out. Immutable and thread-safe.
 *
 * @param tone how it is meant
 * @param title a few words; {@code ""} shows the tone's word alone
 * @param text what is to be said, marked up as a {@link Paragraph}
 */
public record Callout(Tone tone, String title, String text) implements Block {

  /** Checks that all are there. */
  public Callout {
    Objects.requireNonNull(tone, "tone");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(text, "text");
  }
}
