package dev.flowdpo.rollout;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.value.Problem;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A mini-batch of problems to roll out. Immutable and thread-safe. */
public final class RolloutRequest {
  private final Builder values;

  private RolloutRequest(Builder values) {
    this.values = new Builder(values);
  }

  /** {@return a builder with default options, one alternative at a node and seed 0} */
  public static Builder builder(
      List<Problem> problems, FlowPolicy policy, StopJudge judge, Verifier verifier) {
    return new Builder(problems, policy, judge, verifier);
  }

  /** {@return a builder that starts from this request} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * {@return the request for its problems from {@code begin} to before {@code end} alone; all else,
   * the seed too, stays}
   */
  public RolloutRequest only(int begin, int end) {
    Builder builder = new Builder(values);
    builder.problems = values.problems.subList(begin, end);
    builder.originals = values.originals.subList(begin, end);
    return builder.build();
  }

  /** {@return the request with other models} */
  public RolloutRequest with(FlowPolicy policy, StopJudge judge) {
    Builder builder = new Builder(values);
    builder.policy = Objects.requireNonNull(policy, "policy");
    builder.judge = Objects.requireNonNull(judge, "judge");
    return builder.build();
  }

  /** {@return the problems} */
  public List<Problem> problems() {
    return values.problems;
  }

  /**
   * {@return one element a problem: the path that the flow took before, where it is known; such a
   * path is the original of its tree and is neither written nor judged again. A sampler that does
   * not look at them serves no {@link dev.flowdpo.learning.OnlineLearner#feedback}}
   */
  public List<Optional<Branch>> originals() {
    return values.originals;
  }

  /** {@return what writes the chunks} */
  public FlowPolicy policy() {
    return values.policy;
  }

  /** {@return what takes the decisions} */
  public StopJudge judge() {
    return values.judge;
  }

  /** {@return what judges the answers} */
  public Verifier verifier() {
    return values.verifier;
  }

  /** {@return chunk size, limit of chunks and sampling; their seed is not used} */
  public FlowOptions options() {
    return values.options;
  }

  /** {@return how many alternative chunks to try at each output node; default 1, the paper's} */
  public int rolloutsPerNode() {
    return values.rolloutsPerNode;
  }

  /**
   * {@return the seed from which, with a problem's id and a place in its tree, a chunk's derives}
   */
  public long seed() {
    return values.seed;
  }

  /** Collects what a request holds and checks each value at once. Not thread-safe. */
  public static final class Builder {
    private final Verifier verifier;
    private List<Problem> problems;
    private FlowPolicy policy;
    private StopJudge judge;
    private List<Optional<Branch>> originals;
    private FlowOptions options = FlowOptions.defaults();
    private int rolloutsPerNode = 1;
    private long seed;

    private Builder(List<Problem> problems, FlowPolicy policy, StopJudge judge, Verifier verifier) {
      this.problems = List.copyOf(problems);
      this.policy = Objects.requireNonNull(policy, "policy");
      this.judge = Objects.requireNonNull(judge, "judge");
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      this.originals = Collections.nCopies(problems.size(), Optional.empty());
    }

    private Builder(Builder from) {
      this(from.problems, from.policy, from.judge, from.verifier);
      originals = from.originals;
      options = from.options;
      rolloutsPerNode = from.rolloutsPerNode;
      seed = from.seed;
    }

    /**
     * Sets the paths that are known.
     *
     * @param originals one element a problem; copied
     * @throws InvalidInputException if there are more or fewer, or one is of another problem
     */
    public Builder originals(List<Optional<Branch>> originals) {
      if (originals.size() != problems.size()) {
        throw new InvalidInputException(
            "originals: expected one element per problem, %d in all, found %d."
                .formatted(problems.size(), originals.size()));
      }
      for (int i = 0; i < problems.size(); i++) {
        Problem problem = problems.get(i);
        originals
            .get(i)
            .map(original -> original.answer().problem())
            .filter(other -> !other.equals(problem))
            .ifPresent(
                other -> {
                  throw new InvalidInputException(
                      "originals: expected a path of problem %s, found one of problem %s."
                          .formatted(problem.id(), other.id()));
                });
      }
      this.originals = List.copyOf(originals);
      return this;
    }

    /** Sets chunk size, limit of chunks and sampling. */
    public Builder options(FlowOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /** Sets how many alternative chunks to try at each output node, at least 0. */
    public Builder rolloutsPerNode(int rolloutsPerNode) {
      this.rolloutsPerNode = Require.atLeast(0, "rolloutsPerNode", rolloutsPerNode);
      return this;
    }

    /** Sets the seed, any number. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** {@return the request as set so far} */
    public RolloutRequest build() {
      return new RolloutRequest(this);
    }
  }
}
