package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.AddedToken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds tokens that are written out in a text: the leftmost, of those that begin there the longest.
 * The time is proportional to the text times the longest token. Immutable and thread-safe.
 */
final class AddedTokens {
  /** Takes the pieces of a text in order. */
  interface Pieces {
    /** Takes a piece of text, which is never empty. */
    void text(String text, int start, int end);

    /** Takes a token. */
    void token(int id);
  }

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>(2);
    private @Nullable AddedToken token;
  }

  private static final int ASCII = 128;

  private final Node root = new Node();
  private final boolean[] begins = new boolean[ASCII];

  /** {@return whether tokens like these are found here as the tokenizers library finds them} */
  static boolean canFind(List<AddedToken> tokens) {
    boolean takesSpace =
        tokens.stream().anyMatch(token -> token.takesSpaceBefore() || token.takesSpaceBehind());
    return tokens.stream()
        .noneMatch(
            token -> token.wholeWord() || (takesSpace && isSpace(token.content().charAt(0))));
  }

  private AddedTokens() {}

  /** {@return those of the tokens that are looked for in the text as it is written} */
  static AddedTokens inText(List<AddedToken> tokens) {
    AddedTokens found = new AddedTokens();
    tokens.stream().filter(token -> !token.normalized()).forEach(found::put);
    return found;
  }

  /** {@return those of the tokens that are looked for in the text once it is normalised} */
  static AddedTokens inNormalized(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    AddedTokens found = new AddedTokens();
    tokens.stream()
        .filter(AddedToken::normalized)
        .map(token -> token.withContent(normalizer.apply(token.content())))
        .forEach(found::put);
    return found;
  }

  private void put(AddedToken token) {
    String content = token.content();
    if (content.charAt(0) < ASCII) {
      begins[content.charAt(0)] = true;
    }
    Node node = root;
    for (char c : content.toCharArray()) {
      node = node.next.computeIfAbsent(c, key -> new Node());
    }
    node.token = token;
  }

  /** Cuts the part of the text into tokens and what is between them. */
  void cut(String text, int start, int end, Pieces pieces) {
    int done = start;
    if (!root.next.isEmpty()) {
      for (int at = start; at < end; ) {
        @Nullable AddedToken token = longest(text, at, end);
        if (token == null) {
          at++;
          continue;
        }
        int first = at;
        while (token.takesSpaceBefore() && first > done && isSpace(text.charAt(first - 1))) {
          first--;
        }
        if (done < first) {
          pieces.text(text, done, first);
        }
        pieces.token(token.id());
        at += token.content().length();
        while (token.takesSpaceBehind() && at < end && isSpace(text.charAt(at))) {
          at++;
        }
        done = at;
      }
    }
    if (done < end) {
      pieces.text(text, done, end);
    }
  }

  private @Nullable AddedToken longest(String text, int start, int end) {
    char first = text.charAt(start);
    if (first < ASCII && !begins[first]) {
      return null;
    }
    @Nullable AddedToken found = null;
    @Nullable Node node = root;
    for (int at = start; at < end; at++) {
      node = node.next.get(text.charAt(at));
      if (node == null) {
        break;
      }
      if (node.token != null) {
        found = node.token;
      }
    }
    return found;
  }

  private static boolean isSpace(char c) {
    return CharacterClasses.of(c) == CharacterClasses.SPACE;
  }
}
