package dev.flowdpo.rollout;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Objects;

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

  /** {@return the problems} */
  public List<Problem> problems() {
    return values.problems;
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
    private final List<Problem> problems;
    private final FlowPolicy policy;
    private final StopJudge judge;
    private final Verifier verifier;
    private FlowOptions options = FlowOptions.defaults();
    private int rolloutsPerNode = 1;
    private long seed;

    private Builder(List<Problem> problems, FlowPolicy policy, StopJudge judge, Verifier verifier) {
      this.problems = List.copyOf(problems);
      this.policy = Objects.requireNonNull(policy, "policy");
      this.judge = Objects.requireNonNull(judge, "judge");
      this.verifier = Objects.requireNonNull(verifier, "verifier");
    }

    private Builder(Builder from) {
      this(from.problems, from.policy, from.judge, from.verifier);
      options = from.options;
      rolloutsPerNode = from.rolloutsPerNode;
      seed = from.seed;
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
