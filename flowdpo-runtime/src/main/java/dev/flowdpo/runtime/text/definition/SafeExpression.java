package dev.flowdpo.runtime.text.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says whether a regular expression cuts any text in time proportional to its length, with an
 * engine that backtracks.
 *
 * <p>An alternative is safe if nothing that must match comes behind what repeats without bound, so
 * that it never fails after a long way; groups repeat nothing and are at most optional; the ways to
 * match what has bounds are few; and something is matched. Known runs of alternatives that break
 * the first rule are safe too: what the first of them reads in vain the next one takes.
 */
final class SafeExpression {
  private static final int LONGEST = 4096;
  private static final int MOST_WAYS = 64;
  private static final int DEEPEST = 3;
  private static final int MOST_REPEATS = 100;
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";

  private static final List<List<String>> KNOWN =
      List.of(
          List.of("\\s*[\\r\\n]+", "\\s+(?!\\S)", "\\s+"),
          List.of("\\s+(?!\\S)"),
          List.of(
              LEAD + UPPER + "*" + LOWER + "+" + CONTRACTION,
              LEAD + UPPER + "+" + LOWER + "*" + CONTRACTION),
          List.of(LEAD + UPPER + "*" + LOWER + "+", LEAD + UPPER + "+" + LOWER + "*"));

  private static final Set<Character> CLASS_ESCAPES = Set.of('s', 'S', 'd', 'D', 'w', 'W');
  private static final Set<Character> CONTROL_ESCAPES = Set.of('r', 'n', 't');

  /** One way through the expression, from its start to a bar or its end. */
  private record Alternative(int least, int ways, boolean endless, Optional<String> risk) {}

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason, null, false, false);
    }
  }

  private final String expression;
  private int at;

  private SafeExpression(String expression) {
    this.expression = expression;
  }

  /** {@return why the expression may take long, or nothing if it is safe} */
  static Optional<String> refusal(String expression) {
    try {
      new SafeExpression(expression).check();
      return Optional.empty();
    } catch (Refused e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void check() {
    require(expression.length() <= LONGEST, "at most " + LONGEST + " characters");
    List<String> texts = new ArrayList<>();
    List<Alternative> alternatives = new ArrayList<>();
    do {
      int start = at;
      alternatives.add(alternative(0));
      texts.add(expression.substring(start, at));
    } while (next('|'));
    require(at == expression.length(), "no closing parenthesis without an opening one");
    for (int i = 0; i < texts.size(); ) {
      int known = known(texts.subList(i, texts.size()));
      Alternative one = alternatives.get(i);
      require(one.least > 0, "nothing that matches an empty text");
      if (known == 0 && one.risk.isPresent()) {
        throw new Refused(one.risk.get());
      }
      i += Math.max(1, known);
    }
  }

  private static int known(List<String> texts) {
    return KNOWN.stream()
        .filter(run -> run.size() <= texts.size() && run.equals(texts.subList(0, run.size())))
        .mapToInt(List::size)
        .max()
        .orElse(0);
  }

  private Alternative alternative(int depth) {
    int least = 0;
    int ways = 1;
    boolean endless = false;
    Optional<String> risk = Optional.empty();
    while (at < expression.length()
        && expression.charAt(at) != '|'
        && expression.charAt(at) != ')') {
      int one;
      int itemWays = 1;
      boolean group = false;
      boolean look = expression.startsWith("(?!", at) || expression.startsWith("(?=", at);
      if (look) {
        at += 3;
        atom();
        require(next(')'), "one character to look at");
        one = 0;
      } else if (expression.charAt(at) == '(') {
        Alternative inner = group(depth);
        group = true;
        one = inner.least;
        itemWays = inner.ways;
      } else {
        atom();
        one = 1;
      }
      int[] times = look ? new int[] {1, 1} : times();
      require(!group || times[1] == 1, "no groups that repeat");
      if (endless && (times[0] > 0 || look)) {
        risk = Optional.of("nothing that must match behind what repeats without bound");
      }
      if (times[1] == Integer.MAX_VALUE) {
        require(depth == 0, "nothing in a group that repeats without bound");
        endless = true;
      } else {
        itemWays += times[1] - times[0];
      }
      ways = Math.min(ways * itemWays, MOST_WAYS + 1);
      require(ways <= MOST_WAYS, "few ways to match the same text");
      least += one * times[0];
    }
    return new Alternative(least, ways, endless, risk);
  }

  private Alternative group(int depth) {
    require(depth < DEEPEST, "groups within groups at most " + DEEPEST + " deep");
    at++;
    if (next('?')) {
      boolean caseless = next('i');
      require(next(':') || (caseless && next(':')), "groups (?:…) and (?i:…) alone");
    }
    int least = Integer.MAX_VALUE;
    int ways = 0;
    do {
      Alternative inner = alternative(depth + 1);
      least = Math.min(least, inner.least);
      ways += inner.ways;
    } while (next('|'));
    require(next(')'), "a closing parenthesis");
    return new Alternative(least, ways, false, Optional.empty());
  }

  /** Reads one character, escape or class. */
  private void atom() {
    char c = take();
    if (c == '\\') {
      escape();
    } else if (c == '[') {
      next('^');
      require(!next(']'), "no empty classes");
      while (!next(']')) {
        char inside = take();
        require(inside != '[', "no classes within classes");
        require(!(inside == '&' && peek('&')), "no intersections of classes");
        if (inside == '\\') {
          escape();
        }
      }
    } else {
      require("*+?{}^$)|".indexOf(c) < 0, "no " + c + " there");
    }
  }

  private void escape() {
    char c = take();
    if (c == 'p' || c == 'P') {
      int end = expression.indexOf('}', at);
      boolean named =
          next('{') && end > at && expression.substring(at, end).matches("\\^?\\w{1,30}");
      require(named, "names of classes in braces");
      at = end + 1;
      return;
    }
    boolean letter = c < 128 && Character.isLetterOrDigit(c);
    require(
        !letter || CLASS_ESCAPES.contains(c) || CONTROL_ESCAPES.contains(c), "no escape \\" + c);
  }

  /** Reads how often what was read may come, the fewest and the most times. */
  private int[] times() {
    int[] times = {1, 1};
    if (next('?')) {
      times = new int[] {0, 1};
    } else if (next('*')) {
      times = new int[] {0, Integer.MAX_VALUE};
    } else if (next('+')) {
      times = new int[] {1, Integer.MAX_VALUE};
    } else if (next('{')) {
      int least = number();
      int most = least;
      if (next(',')) {
        most = peek('}') ? Integer.MAX_VALUE : number();
      }
      require(next('}') && least <= most, "counts in braces");
      times = new int[] {least, most};
    } else {
      return times;
    }
    boolean again = peek('?') || peek('*') || peek('+') || peek('{');
    require(!again, "no count behind a count");
    return times;
  }

  private int number() {
    int value = -1;
    while (at < expression.length() && "0123456789".indexOf(expression.charAt(at)) >= 0) {
      value = 10 * Math.max(0, value) + (expression.charAt(at++) - '0');
      require(value <= MOST_REPEATS, "counts up to " + MOST_REPEATS);
    }
    require(value >= 0, "counts in braces");
    return value;
  }

  private char take() {
    require(at < expression.length(), "a whole expression");
    return expression.charAt(at++);
  }

  private boolean peek(char c) {
    return at < expression.length() && expression.charAt(at) == c;
  }

  private boolean next(char c) {
    boolean there = peek(c);
    at += there ? 1 : 0;
    return there;
  }

  private static void require(boolean condition, String reason) {
    if (!condition) {
      throw new Refused(reason);
    }
  }
}
