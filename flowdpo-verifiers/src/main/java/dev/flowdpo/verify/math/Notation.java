package dev.flowdpo.verify.math;

/**
 * How to read what can be read in two ways.
 *
 * @param thousands whether "1,234" is one number, not two
 * @param words whether a run of letters that looks like a word is one name, not a product
 */
record Notation(boolean thousands, boolean words) {
  static final Notation USUAL = new Notation(true, true);
}
