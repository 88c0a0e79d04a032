package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Closing, snapshots, and what a snapshot keeps alive. */
class LifetimeTest {
  @Test
  void modelIsClosedOnceAndThenRefuses() {
    Reference reference = Reference.of("gqa-tied");
    FrozenBase base = reference.load();
    ReferenceFlow flow = new ReferenceFlow("gqa-tied", true, base);
    PartialAnswer root = PartialAnswer.start(flow.problem(new Random(1), 5));
    FlowPolicy policy = flow.policy().snapshot();
    PartialAnswer answer = root.append(extend(policy, root));
    assertThat(flow.judge().judge(List.of(answer))).hasSize(1);
    PreferenceGradient gradient = PreferenceGradient.of(base, GradientPath.TAPS);

    base.close();
    base.close();

    CompletionScorer scorer = new CompletionScorer(base);
    List<Completion> completions = List.of(new Completion(new int[1], new int[1]));
    refuses(() -> extend(policy, answer));
    refuses(() -> extend(flow.policy(), root));
    refuses(() -> flow.judge().judge(List.of(answer)));
    refuses(() -> scorer.tokenLogProbabilities(flow.adapter(), completions));
    refuses(
        () ->
            gradient.compute(
                flow.adapter(), flow.adapter(), reference.pairs("pairs"), DpoObjective.paper(), 0));
  }

  private static void refuses(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(FlowClosedException.class)
        .hasMessageContaining("gqa-tied is closed");
  }

  @Test
  void snapshotKeepsItsAdapter() {
    ReferenceFlow flow = new ReferenceFlow("gqa-tied", true);
    AdapterSlot slot = flow.slot();
    AnswerPolicy policy = new AnswerPolicy(flow.base(), flow.prompts(), flow.tokenizer(), slot);
    AdapterStopJudge judge = new AdapterStopJudge(flow.base(), flow.prompts(), slot, 0.5);
    PartialAnswer root = PartialAnswer.start(flow.problem(new Random(1), 5));
    FlowPolicy kept = policy.snapshot();
    StopJudge keptJudge = judge.snapshot();
    Chunk before = extend(kept, root);
    PartialAnswer answer = root.append(before);
    double stopBefore = keptJudge.judge(List.of(answer)).get(0).stopProbability();

    slot.publish(AdapterSnapshot.none(flow.config()));

    assertThat(extend(kept, root).tokens()).isEqualTo(before.tokens());
    assertThat(extend(policy, root).tokens()).isNotEqualTo(before.tokens());
    assertThat(keptJudge.judge(List.of(answer)).get(0).stopProbability()).isEqualTo(stopBefore);
    assertThat(judge.judge(List.of(answer)).get(0).stopProbability()).isNotEqualTo(stopBefore);
  }

  /** What a snapshot remembers of an answer goes with the answer. */
  @Test
  void snapshotForgetsAnswersThatAreGone() throws InterruptedException {
    ReferenceFlow flow = new ReferenceFlow("gqa-tied", true);
    FlowPolicy policy = flow.policy().snapshot();
    StopJudge judge = flow.judge().snapshot();
    List<WeakReference<PartialAnswer>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      PartialAnswer answer = PartialAnswer.start(flow.problem(new Random(i), 5));
      answers.add(new WeakReference<>(answer));
      for (int chunk = 0; chunk < 3; chunk++) {
        answer = answer.append(extend(policy, answer));
        assertThat(judge.judge(List.of(answer))).hasSize(1);
        answers.add(new WeakReference<>(answer));
      }
    }
    for (int i = 0; i < 50 && answers.stream().anyMatch(answer -> answer.get() != null); i++) {
      System.gc();
      Thread.sleep(10);
      // The maps drop their entries when they are used.
      PartialAnswer other = PartialAnswer.start(flow.problem(new Random(9), 5));
      assertThat(judge.judge(List.of(other.append(extend(policy, other))))).hasSize(1);
    }
    assertThat(answers).allMatch(answer -> answer.get() == null);
  }

  private static Chunk extend(FlowPolicy policy, PartialAnswer prefix) {
    return policy.extend(List.of(new ChunkRequest(prefix, 5, SamplingOptions.greedy(), 0))).get(0);
  }
}
