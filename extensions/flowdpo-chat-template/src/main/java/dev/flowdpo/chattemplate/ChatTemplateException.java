package dev.flowdpo.chattemplate;

import java.util.OptionalInt;

/**
 * Says that a template is malformed, that it refused the messages by {@code raise_exception}, that
 * it used values as Python would not allow it, or that it went beyond its limits. The message names
 * the line.
 */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** From 1; 0 where it is not known. */
  private final int line;

  ChatTemplateException(String message) {
    super(message);
    line = 0;
  }

  ChatTemplateException(int line, String message) {
    super("line " + line + ": " + message);
    this.line = line;
  }

  ChatTemplateException(int line, ChatTemplateException cause) {
    super("line " + line + ": " + cause.getMessage(), cause);
    this.line = line;
  }

  /** {@return the line of the template, counted from 1; empty where it is the whole of it} */
  public OptionalInt line() {
    return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
  }
}
