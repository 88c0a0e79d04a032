package dev.flowdpo.verify.math;

/**
 * A piece of a formula's text.
 *
 * @param kind what it is
 * @param text a number's digits, a name, a word, a command without its backslash, or a sign in the
 *     one form that {@link Lexer} gives it
 * @param spaced whether blanks stood before it
 */
record Token(Kind kind, String text, boolean spaced) {

  /** Kinds of tokens. */
  enum Kind {
    /** A number; its digits without separators. */
    NUMBER,
    /** A name of one letter, or a Greek one. */
    NAME,
    /** A word of plain text. */
    WORD,
    /** What a text command holds. */
    TEXT,
    /** A function or construction. */
    COMMAND,
    /** The begin of an environment. */
    BEGIN,
    /** The end of an environment. */
    ENDING,
    /** An operator, a bracket or a mark. */
    SIGN,
    /** The end of the text. */
    END
  }

  static Token sign(String text) {
    return new Token(Kind.SIGN, text, false);
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isSign(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  boolean isCommand(String name) {
    return kind == Kind.COMMAND && text.equals(name);
  }

  Token afterSpace() {
    return spaced ? this : new Token(kind, text, true);
  }
}
