package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The traces to learn from, and what became of the others.
 *
 * <p>Every trace is counted once, for the first of these reasons that holds: its reward is too low,
 * it is too short, too long, the same question was answered with the same tokens before, or the
 * question has enough traces without it. So {@code collected} is the sum of all other counts and of
 * the number of traces. Selecting from a set again with the same options drops nothing. Immutable
 * and thread-safe.
 *
 * @param traces what stays, by question in the order in which these were first met; copied
 * @param collected how many there were
 * @param incorrect how many had a reward below the least
 * @param tooShort how many had too few tokens
 * @param tooLong how many had too many tokens
 * @param duplicates how many were there already
 * @param surplus how many more a question had than was allowed
 */
public record TraceSet(
    List<Trace> traces,
    int collected,
    int incorrect,
    int tooShort,
    int tooLong,
    int duplicates,
    int surplus) {

  /** Copies the traces. */
  public TraceSet {
    traces = List.copyOf(traces);
  }

  /**
   * Selects from traces.
   *
   * @param collected the traces, in the order in which they were collected
   * @param options which of them are good enough
   * @return the selection
   */
  public static TraceSet of(Iterable<Trace> collected, TraceOptions options) {
    Selection selection = new Selection(options);
    collected.forEach(selection::add);
    return selection.result();
  }

  /**
   * Returns this set with more solutions counted that were incorrect and of which nothing was kept.
   *
   * @param more how many, at least 0
   * @return the same traces
   */
  public TraceSet withIncorrect(int more) {
    Require.atLeast(0, "incorrect solutions", more);
    return new TraceSet(
        traces, collected + more, incorrect + more, tooShort, tooLong, duplicates, surplus);
  }

  /** What tells one trace from another: what the model reads and what it writes. */
  private record Content(String question, TokenIds tokens) {}

  /** A selection that grows. Not thread-safe. */
  static final class Selection {
    private final TraceOptions options;
    private final Map<String, List<Trace>> byQuestion = new LinkedHashMap<>();
    private final Set<Content> known = new HashSet<>();
    private int collected;
    private int incorrect;
    private int tooShort;
    private int tooLong;
    private int duplicates;

    Selection(TraceOptions options) {
      this.options = options;
    }

    /** Counts a trace, and keeps it where it may stay. */
    void add(Trace trace) {
      collected++;
      int length = trace.tokens().length();
      String question = trace.problem().question();
      if (trace.reward() < options.minReward()) {
        incorrect++;
      } else if (length < options.minTokens()) {
        tooShort++;
      } else if (length > options.maxTokens()) {
        tooLong++;
      } else if (!known.add(new Content(question, trace.tokens()))) {
        duplicates++;
      } else {
        byQuestion.computeIfAbsent(question, key -> new ArrayList<>()).add(trace);
      }
    }

    /** Counts a solution that gave no trace. */
    void addWithoutTrace() {
      collected++;
      incorrect++;
    }

    TraceSet result() {
      List<Trace> kept = new ArrayList<>();
      int good = 0;
      for (List<Trace> traces : byQuestion.values()) {
        good += traces.size();
        List<Trace> ordered = new ArrayList<>(traces);
        if (options.preference() == TraceOptions.Preference.SHORTEST) {
          ordered.sort(Comparator.comparingInt(trace -> trace.tokens().length()));
        }
        kept.addAll(ordered.subList(0, Math.min(options.perProblem(), ordered.size())));
      }
      return new TraceSet(
          kept, collected, incorrect, tooShort, tooLong, duplicates, good - kept.size());
    }
  }
}
