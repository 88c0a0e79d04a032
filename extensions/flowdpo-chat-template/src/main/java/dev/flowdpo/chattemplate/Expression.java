package dev.flowdpo.chattemplate;

/** A parsed expression. */
@FunctionalInterface
interface Expression {
  /**
   * {@return the value of the expression}
   *
   * @param frame the variables it sees
   */
  Object value(Frame frame);
}
