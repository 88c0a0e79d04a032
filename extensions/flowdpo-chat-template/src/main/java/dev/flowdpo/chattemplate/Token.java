package dev.flowdpo.chattemplate;

/**
 * One token of a template.
 *
 * @param kind what it is
 * @param text its text; of a string its value, of text between tags what is left of it
 * @param line the line on which it begins, from 1
 */
record Token(Kind kind, String text, int line) {
  /** What a token is. */
  enum Kind {
    TEXT,
    TAG_BEGIN,
    TAG_END,
    PRINT_BEGIN,
    PRINT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  /** {@return whether this is the operator} */
  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** {@return whether this is the name} */
  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** {@return the token as messages show it} */
  String shown() {
    return switch (kind) {
      case END -> "the end of the template";
      case TEXT -> "text";
      case TAG_END, PRINT_END -> "the end of the tag";
      case STRING -> "a string";
      default -> "\"" + text + "\"";
    };
  }
}
