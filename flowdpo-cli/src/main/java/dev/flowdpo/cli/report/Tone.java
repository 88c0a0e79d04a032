package dev.flowdpo.cli.report;

/** How a figure or a remark is meant; shown by colour and by a sign or word. */
public enum Tone {
  /** Neither good nor bad. */
  NEUTRAL("Note"),
  /** As it should be. */
  GOOD("Good"),
  /** To be read with care. */
  WARNING("Warning"),
  /** Wrong, or worse than it should be. */
  BAD("Problem");

  private final String word;

  Tone(String word) {
    this.word = word;
  }

  /** Returns the word that stands for the colour. */
  String word() {
    return word;
  }

  /** Returns the class in the style sheet. */
  String cssClass() {
    return "tone-" + name().toLowerCase(java.util.Locale.ROOT);
  }
}
