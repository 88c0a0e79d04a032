package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Token.Kind;
import java.util.List;

/** Tokens read one after the other. Used by one thread. */
final class Tokens {
  private static final int MAX_DEPTH = 100;

  private final List<Token> tokens;
  private int position;
  private int depth;

  Tokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** {@return the next token, which stays} */
  Token peek() {
    return tokens.get(position);
  }

  /** {@return the token after the next one} */
  Token second() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  /** {@return the next token, which is taken} */
  Token next() {
    Token token = peek();
    if (token.kind() != Kind.END) {
      position++;
    }
    return token;
  }

  /** {@return whether the next token is the operator, which is then taken} */
  boolean take(String operator) {
    return peek().isOperator(operator) && takeAny();
  }

  /** {@return whether the next token is the name, which is then taken} */
  boolean takeName(String name) {
    return peek().isName(name) && takeAny();
  }

  private boolean takeAny() {
    next();
    return true;
  }

  /** Takes the operator, which must be next. */
  void expect(String operator) {
    if (!take(operator)) {
      throw unexpected("\"" + operator + "\"");
    }
  }

  /** Takes the name, which must be next. */
  void expectName(String name) {
    if (!takeName(name)) {
      throw unexpected("\"" + name + "\"");
    }
  }

  /** Takes a token of the kind, which must be next. */
  Token expect(Kind kind, String what) {
    if (peek().kind() != kind) {
      throw unexpected(what);
    }
    return next();
  }

  /** Takes the end of a tag, which must be next. */
  void expectEnd() {
    expect(Kind.TAG_END, "the end of the tag");
  }

  /** {@return the error that something else was expected} */
  ChatTemplateException unexpected(String expected) {
    return new ChatTemplateException("expected " + expected + ", found " + peek().shown());
  }

  /** Counts one level of nesting more; every call is paired with {@link #leave}. */
  void enter() {
    depth++;
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateException(
          "expected at most " + MAX_DEPTH + " levels of nesting, found more");
    }
  }

  /** Counts one level less. */
  void leave() {
    depth--;
  }
}
