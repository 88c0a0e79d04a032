package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over module names from an adapter's configuration. A pattern that would take
 * for ever on a name is refused. Immutable and thread-safe.
 */
final class ModulePattern {
  private static final int MAX_LENGTH = 1000;
  private static final int MAX_STEPS = 200_000;

  private final String where;
  private final Pattern pattern;

  private ModulePattern(String where, Pattern pattern) {
    this.where = where;
    this.pattern = pattern;
  }

  /**
   * {@return the pattern that the whole name of a module must match}
   *
   * @param where the file and the key, for messages
   */
  static ModulePattern whole(String where, String expression) {
    return compiled(where, expression, expression);
  }

  /** {@return the pattern that a module's name, or its end after a dot, must match} */
  static ModulePattern ending(String where, String expression) {
    return compiled(where, expression, "(?:.*\\.)?(?:" + expression + ")");
  }

  private static ModulePattern compiled(String where, String given, String expression) {
    if (given.length() > MAX_LENGTH) {
      throw new InvalidInputException(
          where + ": expected a regular expression of at most " + MAX_LENGTH + " characters");
    }
    try {
      return new ModulePattern(where, Pattern.compile(expression));
    } catch (PatternSyntaxException | StackOverflowError e) {
      throw new InvalidInputException(
          where + ": expected a regular expression, found: " + e.getMessage(), e);
    }
  }

  /**
   * {@return whether the pattern matches}
   *
   * @throws InvalidInputException if that takes too many steps to find out
   */
  boolean matches(String module) {
    try {
      return pattern.matcher(new Counted(module, where, new int[1])).matches();
    } catch (StackOverflowError e) {
      throw tooSlow(where);
    }
  }

  private static InvalidInputException tooSlow(String where) {
    return new InvalidInputException(
        where
            + ": expected a regular expression that is quickly matched, found one that takes more"
            + " than "
            + MAX_STEPS
            + " steps for a name");
  }

  /** A name that counts how often it is read, which is what grows when a pattern backtracks. */
  private record Counted(CharSequence name, String where, int[] steps) implements CharSequence {
    @Override
    public int length() {
      return name.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps[0] > MAX_STEPS) {
        throw tooSlow(where);
      }
      return name.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(name.subSequence(start, end), where, steps);
    }

    @Override
    public String toString() {
      return name.toString();
    }
  }
}
