package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Trees come out as they went in, with the identities that their readers go by. */
class TreeCodecTest {
  private final Problem problem = Problem.of("6 · 7?", "42");
  private final StopDecision goOn = new StopDecision(false, 0.25);
  private final StopDecision stop = new StopDecision(true, Math.nextUp(0.5));
  private final PartialAnswer root = PartialAnswer.start(problem);
  private final PartialAnswer first =
      root.append(
          Chunk.of(
              TokenIds.of(1, 200, 128_255),
              "6 · 7 = ",
              LogProbabilities.ofTokens(-0.05f, -1e-9f, -0.05f),
              false));
  private final PartialAnswer last = first.append(Chunk.of(TokenIds.of(0), "42", -3e-7, true));
  private final PartialAnswer other = root.append(Chunk.ofText("weiß nicht", true));
  private final Branch original =
      new Branch(
          last,
          List.of(goOn, stop),
          FinishReason.STOPPED,
          Verdict.correct("equal").on(new ExtractedAnswer("42", AnswerRule.LAST_NUMBER)));

  private RolloutTree tree() {
    Branch alternative =
        new Branch(other, List.of(stop), FinishReason.STOPPED, Verdict.failed("it broke"));
    Branch flipped =
        new Branch(first, List.of(stop), FinishReason.STOPPED, Verdict.unknown("no answer"));
    OutputNode node =
        new OutputNode(0, root, first, goOn, List.of(alternative), Optional.of(flipped));
    OutputNode end = new OutputNode(1, first, last, stop, List.of(), Optional.empty());
    return new RolloutTree(problem, original, List.of(node, end));
  }

  private static void assertSame(Branch found, Branch expected) {
    assertThat(found.answer().chunks()).isEqualTo(expected.answer().chunks());
    assertThat(found.decisions()).isEqualTo(expected.decisions());
    assertThat(found.finishReason()).isEqualTo(expected.finishReason());
    assertThat(found.verdict()).isEqualTo(expected.verdict());
  }

  @Test
  void everythingOfATreeComesBack() {
    byte[] bytes = TreeCodec.encode(RolloutOutcome.of(tree(), 7, 0));
    RolloutOutcome outcome = TreeCodec.decode(bytes, problem, Optional.empty());
    RolloutTree found = outcome.tree().orElseThrow();
    assertThat(outcome.version()).isEqualTo(7);
    assertThat(outcome.verifierFailures()).isEqualTo(1);
    assertThat(found.problem()).isSameAs(problem);
    assertSame(found.original(), original);
    OutputNode node = found.nodes().get(0);
    OutputNode end = found.nodes().get(1);
    assertSame(node.alternatives().get(0), tree().nodes().get(0).alternatives().get(0));
    assertSame(node.flipped().orElseThrow(), tree().nodes().get(0).flipped().orElseThrow());
    assertThat(node.decision()).isEqualTo(goOn);
    assertThat(end.output()).isSameAs(found.original().answer());
    assertThat(end.prefix()).isSameAs(node.output());
    assertThat(node.alternatives().get(0).answer().parent()).containsSame(node.prefix());
    assertThat(node.flipped().orElseThrow().answer()).isSameAs(node.output());
  }

  @Test
  void aPathThatWasGivenIsTheOriginal() {
    Branch there = TreeCodec.decodePath(TreeCodec.encode(original), problem);
    assertSame(there, original);
    byte[] bytes = TreeCodec.encode(RolloutOutcome.of(tree(), 1, 0));
    RolloutTree found =
        TreeCodec.decode(bytes, problem, Optional.of(original)).tree().orElseThrow();
    assertThat(found.original().answer()).isSameAs(last);
    assertThat(found.nodes().get(0).prefix()).isSameAs(root);
  }

  @Test
  void failuresKeepTheirKind() {
    for (RuntimeException failure :
        List.of(new InvalidInputException("too long"), new FlowException("no model"))) {
      byte[] bytes = TreeCodec.encode(RolloutOutcome.failed(problem, 2, failure));
      assertThat(TreeCodec.decode(bytes, problem, Optional.empty()).failure().orElseThrow())
          .hasSameClassAs(failure)
          .hasMessage(failure.getMessage());
    }
  }

  @Test
  void anotherLayoutAndDamageAreRefused() {
    byte[] bytes = TreeCodec.encode(RolloutOutcome.of(tree(), 7, 0));
    byte[] half = Arrays.copyOf(bytes, bytes.length / 2);
    assertThatThrownBy(() -> TreeCodec.decode(half, problem, Optional.empty()))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("damaged");
    bytes[0] = 9;
    assertThatThrownBy(() -> TreeCodec.decode(bytes, problem, Optional.empty()))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("expected layout 2, found 9")
        .hasMessageContaining("different versions of flowdpo-spark");
  }
}
