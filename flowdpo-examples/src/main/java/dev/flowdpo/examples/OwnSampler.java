package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Tries other chunks only where the flow's own answer is wrong: rollouts go where they teach. */
public final class OwnSampler implements RolloutSampler {
  private final RolloutSampler tree = RolloutSampler.tree();

  /** Learns from a hundred problems, with four other chunks at every node of a wrong answer. */
  public static void main(String[] arguments) {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            flow.learner()
                .verifier(new MathAnswerVerifier())
                .sampler(new OwnSampler())
                .options(options -> options.rollouts(rollouts -> rollouts.rolloutsPerNode(4)))
                .build()) {
      System.out.println(learner.learn(Pens.problems(100, 1)).progress());
    }
  }

  @Override
  public List<RolloutTree> sample(RolloutRequest request) {
    // One version of the models for both passes, whatever a learner publishes meanwhile.
    FlowPolicy policy = request.policy().snapshot();
    StopJudge judge = request.judge().snapshot();
    List<RolloutTree> trees = pass(request, request.problems(), policy, judge, 0);
    List<Problem> wrong = new ArrayList<>();
    for (RolloutTree one : trees) {
      if (!one.original().verdict().isCorrect()) {
        wrong.add(one.problem());
      }
    }
    // The same seed gives the same original paths, now with alternatives beside them.
    Iterator<RolloutTree> explored =
        pass(request, wrong, policy, judge, request.rolloutsPerNode()).iterator();
    return trees.stream()
        .map(one -> one.original().verdict().isCorrect() ? one : explored.next())
        .toList();
  }

  private List<RolloutTree> pass(
      RolloutRequest request,
      List<Problem> problems,
      FlowPolicy policy,
      StopJudge judge,
      int rolloutsPerNode) {
    return tree.sample(
        RolloutRequest.builder(problems, policy, judge, request.verifier())
            .options(request.options())
            .rolloutsPerNode(rolloutsPerNode)
            .seed(request.seed())
            .build());
  }
}
