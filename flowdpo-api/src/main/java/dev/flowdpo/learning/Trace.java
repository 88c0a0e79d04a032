package dev.flowdpo.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Objects;

/**
 * A complete solution that a model wrote, with what a verifier thought of it: the material of the
 * compile stage (Flow-DPO, arXiv 2410.22304, section 4.3). The ids are the truth, and the text is
 * for people: nothing here is ever encoded again. The end of sequence is not among the ids, since a
 * flow stops at the judge's word and not at that token; an engine that trains on a trace closes it
 * with its own. A value out of its range is refused with an {@link InvalidInputException}.
 * Immutable and thread-safe.
 *
 * @param problem what was solved
 * @param tokens ids of the whole solution in the model's vocabulary, at least one, without any end
 *     of sequence
 * @param text the solution's text, without blanks at the ends
 * @param reward what the verifier gave it, in [0, 1]; 0 where it gave nothing
 * @param origin where it comes from
 */
public record Trace(Problem problem, TokenIds tokens, String text, double reward, Origin origin) {
  /** The {@link Origin#source} of solutions that a flow wrote by itself. */
  public static final String FLOW = "flow";

  /** The {@link Origin#source} of solutions that a rollout led to. */
  public static final String ROLLOUT = "rollout";

  /** The {@link Origin#source} of solutions that the base model wrote in a single pass. */
  public static final String SELF = "self";

  /** The {@link Origin#source} of solutions that came with the problems. */
  public static final String GROUND_TRUTH = "ground-truth";

  /**
   * Where a trace comes from.
   *
   * @param source what wrote it, for example {@link #FLOW}; not blank
   * @param problems how many problems had been read when it was written, its own included; at least
   *     0, which it is where nothing counted them
   * @param updates how many updates, at least 0, the Answer adapter had had: its version in its run
   * @param seed of the run
   */
  public record Origin(String source, int problems, int updates, long seed) {

    /** Checks the values. */
    public Origin {
      Objects.requireNonNull(source, "source");
      if (source.isBlank()) {
        throw new InvalidInputException(
            "source of a trace: expected a name such as flow, found \"" + source + "\".");
      }
      Require.atLeast(0, "problems of a trace", problems);
      Require.atLeast(0, "updates of a trace", updates);
    }
  }

  /** Checks the values. */
  public Trace {
    Objects.requireNonNull(problem, "problem");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(origin, "origin");
    if (tokens.isEmpty()) {
      throw new InvalidInputException(
          "Trace of problem %s: expected at least one token, found none.".formatted(problem.id()));
    }
    Require.within(0, 1, "reward of a trace", reward);
  }
}
