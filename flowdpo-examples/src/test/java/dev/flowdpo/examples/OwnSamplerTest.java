package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.testing.contract.RolloutSamplerContract;
import org.junit.jupiter.api.Test;

/** The sampler keeps the contract of samplers, and spends alternatives on wrong answers alone. */
class OwnSamplerTest extends RolloutSamplerContract {
  @Override
  protected RolloutSampler sampler() {
    return new OwnSampler();
  }

  @Test
  void triesOtherChunksOnlyWhereTheAnswerIsWrong() {
    RolloutRequest request =
        RolloutRequest.builder(
                Pens.problems(20, 1),
                ScriptedPolicy.letters(12),
                ScriptedJudge.stoppingAtVowels(),
                attempt -> Verdict.of(attempt.answer().contains("e")))
            .options(FlowOptions.builder().maxChunks(4).build())
            .rolloutsPerNode(3)
            .build();
    for (RolloutTree tree : sampler().sample(request)) {
      boolean right = tree.original().verdict().isCorrect();
      assertThat(tree.nodes()).allMatch(node -> node.alternatives().isEmpty() == right);
    }
  }
}
