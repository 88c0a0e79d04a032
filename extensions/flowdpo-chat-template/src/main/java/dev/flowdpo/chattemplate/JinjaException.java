package dev.flowdpo.chattemplate;

/**
 * Says that a template is malformed, that it called {@code raise_exception}, that it used values as
 * Python would not allow it, or that it went beyond its limits. The message names the line.
 */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JinjaException(String message) {
    super(message);
  }

  JinjaException(int line, JinjaException cause) {
    super("line " + line + ": " + cause.getMessage(), cause);
  }
}
