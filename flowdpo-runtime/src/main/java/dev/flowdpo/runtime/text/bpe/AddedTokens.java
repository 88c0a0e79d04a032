package dev.flowdpo.runtime.text.bpe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds tokens that are written out in a text: the leftmost, of those that begin there the longest.
 * The time is proportional to the text times the longest token. Immutable and thread-safe.
 */
final class AddedTokens {
  /**
   * A token that is found before the text is cut into words.
   *
   * @param id its id
   * @param content its text
   * @param takesSpaceBefore whether the space before it belongs to it ({@code lstrip})
   * @param takesSpaceBehind whether the space behind it belongs to it ({@code rstrip})
   * @param normalized whether it is looked for in the normalised text
   * @param special whether a decoder leaves it out
   */
  record Token(
      int id,
      String content,
      boolean takesSpaceBefore,
      boolean takesSpaceBehind,
      boolean normalized,
      boolean special) {}

  /** Takes the pieces of a text in order. */
  interface Pieces {
    /** Takes a piece of text, which is never empty. */
    void text(String text, int start, int end);

    /** Takes a token. */
    void token(int id);
  }

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>();
    private @Nullable Token token;
  }

  private static final int ASCII = 128;

  private final Node root = new Node();
  private final boolean[] begins = new boolean[ASCII];

  AddedTokens(List<Token> tokens) {
    for (Token token : tokens) {
      if (token.content().charAt(0) < ASCII) {
        begins[token.content().charAt(0)] = true;
      }
      Node node = root;
      for (char c : token.content().toCharArray()) {
        node = node.next.computeIfAbsent(c, key -> new Node());
      }
      node.token = token;
    }
  }

  /** Cuts the part of the text into tokens and what is between them. */
  void cut(String text, int start, int end, Pieces pieces) {
    int done = start;
    if (!root.next.isEmpty()) {
      for (int at = start; at < end; ) {
        @Nullable Token token = longest(text, at, end);
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

  private @Nullable Token longest(String text, int start, int end) {
    char first = text.charAt(start);
    if (first < ASCII && !begins[first]) {
      return null;
    }
    @Nullable Token found = null;
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
