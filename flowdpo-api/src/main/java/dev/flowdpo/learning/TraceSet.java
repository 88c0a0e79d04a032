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
 */
public final class TraceSet extends ByValue {
  private final Values values;

  private record Values(
      List<Trace> traces,
      int collected,
      int incorrect,
      int tooShort,
      int tooLong,
      int duplicates,
      int surplus) {}

  private TraceSet(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return what is good enough of these traces, in the order in which they were collected} */
  public static TraceSet of(Iterable<Trace> collected, TraceOptions options) {
    Selection selection = new Selection(options);
    collected.forEach(selection::add);
    return selection.result();
  }

  /** {@return these traces, with so many more solutions counted that were incorrect} */
  public TraceSet withIncorrect(int more) {
    Require.atLeast(0, "incorrect solutions", more);
    return new TraceSet(
        new Values(
            values.traces,
            values.collected + more,
            values.incorrect + more,
            values.tooShort,
            values.tooLong,
            values.duplicates,
            values.surplus));
  }

  /** {@return what stays, by question in the order in which these were first met} */
  public List<Trace> traces() {
    return values.traces;
  }

  /** {@return how many there were} */
  public int collected() {
    return values.collected;
  }

  /** {@return how many had a reward below the least} */
  public int incorrect() {
    return values.incorrect;
  }

  /** {@return how many had too few tokens} */
  public int tooShort() {
    return values.tooShort;
  }

  /** {@return how many had too many tokens} */
  public int tooLong() {
    return values.tooLong;
  }

  /** {@return how many were there already} */
  public int duplicates() {
    return values.duplicates;
  }

  /** {@return how many more a question had than was allowed} */
  public int surplus() {
    return values.surplus;
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
          new Values(
              List.copyOf(kept),
              collected,
              incorrect,
              tooShort,
              tooLong,
              duplicates,
              good - kept.size()));
    }
  }
}
