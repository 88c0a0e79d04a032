package dev.flowdpo.comparison;

/** Which of two traces a comparer finds better. */
public enum Preference {
  /** The first trace is better. */
  FIRST,
  /** The second trace is better. */
  SECOND,
  /** Neither is better. */
  TIE,
  /** The comparer could not be asked, or its reply could not be understood. */
  UNDECIDED;

  /**
   * Returns what this means where the traces change places.
   *
   * @return {@link #SECOND} for {@link #FIRST} and the other way round; others as they are
   */
  public Preference swapped() {
    return switch (this) {
      case FIRST -> SECOND;
      case SECOND -> FIRST;
      case TIE, UNDECIDED -> this;
    };
  }
}
