package dev.flowdpo.cli.experiment;

/**
 * What is wrong with a solution of a word problem, by its calculations. Style is how the solution
 * is written, reasoning is which calculations are done, arithmetic is whether they are done right.
 */
public enum Mistake {
  /** The final answer is right. */
  NONE("right", Source.NONE),
  /** There is no final answer. */
  NO_ANSWER("no final answer", Source.STYLE),
  /** There is an answer and no calculation. */
  GUESS("answer without a calculation", Source.STYLE),
  /** The right steps, several of them in one calculation, whose result is wrong. */
  SEVERAL_AT_ONCE("slip in several steps at once", Source.STYLE),
  /** The right steps one by one, and a result or the answer is wrong. */
  SLIP("slip in a single step", Source.ARITHMETIC),
  /** Right steps, but not all of them. */
  MISSING_STEP("a step is missing", Source.REASONING),
  /** All right steps and others between them. */
  EXTRA_STEP("a step that does not belong", Source.REASONING),
  /** A wrong operation or a wrong number. */
  WRONG_STEP("wrong operation or number", Source.REASONING);

  /** Where mistakes come from. */
  public enum Source {
    /** No mistake. */
    NONE,
    /** How the solution is written. */
    STYLE,
    /** Which calculations are done. */
    REASONING,
    /** Whether they are done right. */
    ARITHMETIC
  }

  private final String label;
  private final Source source;

  Mistake(String label, Source source) {
    this.label = label;
    this.source = source;
  }

  /** Returns its name in reports. */
  public String label() {
    return label;
  }

  /** Returns where it comes from. */
  public Source source() {
    return source;
  }
}
