package dev.flowdpo.verify.math;

/** What stands between the sides of a relation. */
enum Relator {
  EQUAL,
  UNEQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL,
  ELEMENT_OF,
  CONGRUENT,
  MAPS_TO;

  /** Returns the relator that says the same with the sides exchanged; only for symmetric ones. */
  Relator flipped() {
    return switch (this) {
      case LESS -> GREATER;
      case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
      case GREATER -> LESS;
      case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
      default -> this;
    };
  }

  boolean isOrder() {
    return this == LESS || this == LESS_OR_EQUAL || this == GREATER || this == GREATER_OR_EQUAL;
  }
}
