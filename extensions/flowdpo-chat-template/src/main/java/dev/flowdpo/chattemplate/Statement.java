package dev.flowdpo.chattemplate;

import java.util.List;

/** A parsed part of a template. */
@FunctionalInterface
interface Statement {
  /** What runs next. */
  enum Next {
    FOLLOWING,
    NEXT_ITEM,
    END_OF_LOOP
  }

  /**
   * Runs the part.
   *
   * @param frame the variables it sees and sets
   * @param output what it prints to
   * @return what runs next
   */
  Next run(Frame frame, StringBuilder output);

  /** {@return the statements, run one after the other} */
  static Statement all(List<Statement> statements) {
    List<Statement> copy = List.copyOf(statements);
    return (frame, output) -> {
      for (Statement statement : copy) {
        Next next = statement.run(frame, output);
        if (next != Next.FOLLOWING) {
          return next;
        }
      }
      return Next.FOLLOWING;
    };
  }

  /** {@return what the statement prints} */
  static String printed(Statement statement, Frame frame) {
    StringBuilder output = new StringBuilder();
    statement.run(frame, output);
    frame.work().characters(output.length());
    return output.toString();
  }
}
