package dev.flowdpo.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.Contrast;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Chunks of a policy that tells no tokens. */
class TextChunksTest {
  private static final Problem PROBLEM = Problem.of("q");

  @Test
  void aTextHasNoTokensToLearnFrom() {
    Chunk chunk = Chunk.ofText("four", true);

    assertThat(chunk.hasTokens()).isFalse();
    assertThat(chunk.logProbability()).isEmpty();
    assertThatThrownBy(chunk::tokens)
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("expected token ids, found the text alone");
    assertThatThrownBy(chunk::contentTokens).isInstanceOf(FlowException.class);
    PartialAnswer answer =
        PartialAnswer.start(PROBLEM).append(Chunks.of("ab")).append(chunk).append(Chunks.of("c"));
    assertThat(answer.text()).isEqualTo("abfourc");
    assertThatThrownBy(answer::contentTokens)
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("expected token ids");
  }

  @Test
  void aLogProbabilityMayBeKnownWithoutTokens() {
    Chunk chunk = Chunk.of(TokenIds.of(), "four", LogProbabilities.ofSum(-1.5), false);
    assertThat(chunk.logProbability()).hasValue(-1.5);
    assertThatThrownBy(() -> Chunk.of(TokenIds.of(), "", LogProbabilities.ofSum(Double.NaN), false))
        .hasMessageContaining("NaN");
  }

  @Test
  void chunksAreComparedByTokensWhereBothHaveThemAndElseByText() {
    Chunk ids = Chunk.of(TokenIds.of(1, 2), "ab", -1, false);
    assertThat(ids.writesSame(Chunk.of(TokenIds.of(1, 2), "ab", -9, false))).isTrue();
    assertThat(ids.writesSame(Chunk.of(TokenIds.of(3), "ab", -1, false))).isFalse();
    assertThat(ids.writesSame(Chunk.ofText("ab", false))).isTrue();
    assertThat(Chunk.ofText("ab", false).writesSame(Chunk.ofText("ab", false))).isTrue();
    assertThat(Chunk.ofText("ab", false).writesSame(Chunk.ofText("ab", true))).isFalse();
    assertThat(Chunk.ofText("ab", false).writesSame(Chunk.ofText("a", false))).isFalse();
  }

  @Test
  void aFlowOverTextsSolves() {
    try (Flow flow = Flow.builder().policy(texts()).judge(StopRules.answerPresent()).build()) {
      Solution solution = flow.solve(PROBLEM);

      assertThat(solution.text()).isEqualTo("so #### 0");
      assertThat(solution.finalAnswer()).contains("0");
      assertThat(solution.chunks())
          .containsExactly(
              SolutionChunk.of(TokenIds.of(), "so ", OptionalDouble.empty(), 0, false),
              SolutionChunk.of(TokenIds.of(), "#### 0", OptionalDouble.empty(), 1, true));
      assertThat(solution.usage().generatedTokens()).isZero();
      assertThat(Attempt.of(solution).chunks())
          .containsExactly(Chunk.ofText("so ", false), Chunk.ofText("#### 0", true));
    }
  }

  @Test
  void rolloutsOverTextsDifferInTextAndContrast() {
    // The first draw at a place writes 0, a redraw or another branch what its seed says.
    RolloutTree tree =
        RolloutSampler.tree()
            .sample(
                RolloutRequest.builder(
                        List.of(PROBLEM),
                        drawn(),
                        StopRules.endOfText(),
                        attempt -> Verdict.of(attempt.finalAnswer().orElse("").equals("1")))
                    .rolloutsPerNode(8)
                    .build())
            .get(0);

    assertThat(tree.nodes()).hasSize(1);
    Chunk own = tree.nodes().get(0).chunk();
    assertThat(tree.nodes().get(0).alternatives())
        .isNotEmpty()
        .allSatisfy(
            branch -> assertThat(branch.answer().lastChunk().orElseThrow()).isNotEqualTo(own));
    List<Contrast> contrasts = Contrast.of(tree, PairOptions.defaults());
    assertThat(contrasts)
        .filteredOn(contrast -> contrast.role() == AdapterRole.ANSWER)
        .isNotEmpty()
        .allSatisfy(
            contrast -> {
              assertThat(contrast.chosen().verdict().isCorrect()).isTrue();
              assertThat(contrast.chosenChunk().text()).isEqualTo("#### 1");
              assertThat(contrast.rejectedChunk().text()).isNotEqualTo("#### 1");
            });
  }

  private static ScriptedPolicy texts() {
    return new ScriptedPolicy(
        request ->
            request.prefix().depth() == 0
                ? Chunk.ofText("so ", false)
                : Chunk.ofText("#### 0", true));
  }

  private static ScriptedPolicy drawn() {
    return new ScriptedPolicy(
        request -> Chunk.ofText("#### " + Long.remainderUnsigned(request.seed(), 2), true));
  }
}
