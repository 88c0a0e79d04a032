package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Each contract finds the faults that it is there for. */
class BrokenImplementationsTest {
  @Test
  void aPolicyWhoseRowsDependOnTheirBatchIsFound() {
    assertThat(failures(BatchDependent.class)).contains("aRowDoesNotDependOnTheOthers");
  }

  @Test
  void aPolicyThatCountsItsCallsIsFound() {
    assertThat(failures(Counting.class))
        .contains("theSameSeedGivesTheSameChunk", "aSnapshotWritesLikeThePolicyAndDoesNotChange");
  }

  @Test
  void aPolicyThatEndsAgainAfterItsEndIsFound() {
    assertThat(failures(EndingAgain.class))
        .containsExactly("afterAGoOnTheFirstTokenIsNeverTheEndOfSequence");
  }

  @Test
  void aPolicyThatWritesTooMuchIsFound() {
    assertThat(failures(TooLong.class)).containsExactly("aChunkHasNoMoreTokensThanAllowed");
  }

  @Test
  void aPolicyWhoseSnapshotsLearnIsFound() {
    assertThat(failures(Learning.class))
        .containsExactly("aSnapshotWritesLikeThePolicyAndDoesNotChange");
  }

  @Test
  void aJudgeThatReturnsItsRowsInAnotherOrderIsFound() {
    assertThat(failures(Unordered.class))
        .contains("givesOneDecisionPerAnswerInOrder", "aRowDoesNotDependOnTheOthers");
  }

  @Test
  void aSamplerThatLosesAProblemIsFound() {
    assertThat(failures(Losing.class)).contains("givesOneTreePerProblemInOrder");
  }

  @Test
  void aSamplerThatSharesItsRandomnessIsFound() {
    assertThat(failures(Restless.class))
        .contains(
            "aTreeDependsOnSeedAndProblemAndNotOnTheBatch",
            "concurrentCallsGiveWhatSingleOnesGive");
  }

  @Test
  void aVerifierThatIsMovedByWhatItSawIsFound() {
    assertThat(failures(Moody.class)).contains("givesTheSameVerdictAgain");
  }

  @Test
  void aVerifierThatBelievesEverythingIsFound() {
    assertThat(failures(Believing.class))
        .contains("tellsRightFromWrong", "saysNothingOfAnAttemptThatIsNotThere");
  }

  @Test
  void aVerifierThatBreaksOnEmptyAnswersIsFound() {
    assertThat(failures(Breaking.class)).containsExactly("givesAVerdictOnAnswersOfAnyKind");
  }

  @Test
  void anObjectiveWithAWrongDerivativeIsFound() {
    assertThat(failures(WrongSign.class))
        .containsExactlyInAnyOrder(
            "derivativesAreThoseOfTheLoss", "derivativesOfAPairByTheReferenceAreThoseOfTheLossToo");
  }

  @Test
  void anObjectiveThatOverflowsIsFound() {
    assertThat(failures(Overflowing.class))
        .containsExactly("everythingIsFiniteWhereLogRatiosDifferByTenThousand");
  }

  private static Set<String> failures(Class<?> contract) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(contract))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getDisplayName().replace("()", ""))
        .collect(Collectors.toSet());
  }

  abstract static class Policy extends FlowPolicyContract {
    @Override
    protected Optional<PartialAnswer> endedAnswer() {
      return Optional.empty();
    }
  }

  static class BatchDependent extends Policy {
    @Override
    protected FlowPolicy policy() {
      return requests ->
          requests.stream().map(r -> Chunks.of(Integer.toString(requests.size()))).toList();
    }
  }

  static class Counting extends Policy {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    protected FlowPolicy policy() {
      return requests ->
          requests.stream().map(r -> Chunks.of("" + (char) calls.incrementAndGet())).toList();
    }
  }

  static class EndingAgain extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return requests -> requests.stream().map(r -> Chunks.ending("")).toList();
    }
  }

  static class TooLong extends Policy {
    @Override
    protected FlowPolicy policy() {
      return requests -> requests.stream().map(r -> Chunks.of("1234567")).toList();
    }
  }

  static class Learning extends Policy {
    private double logProbability = -1;

    @Override
    protected FlowPolicy policy() {
      return requests ->
          requests.stream()
              .map(r -> Chunk.of(Chunks.ids("x"), "x", logProbability, false))
              .toList();
    }

    @Override
    protected Optional<Runnable> update() {
      return Optional.of(() -> logProbability = -2);
    }
  }

  static class Unordered extends StopJudgeContract {
    @Override
    protected StopJudge judge() {
      return partials -> {
        List<StopDecision> decisions = new ArrayList<>();
        partials.forEach(p -> decisions.add(new StopDecision(p.depth() > 1, p.depth() / 10.0)));
        decisions.sort((a, b) -> Double.compare(a.stopProbability(), b.stopProbability()));
        return decisions;
      };
    }

    @Override
    protected List<PartialAnswer> answers() {
      return List.of(
          Chunks.answer(Problem.of("One?"), "a", "b"), Chunks.answer(Problem.of("Two?"), "c"));
    }
  }

  static class Losing extends RolloutSamplerContract {
    @Override
    protected RolloutSampler sampler() {
      return request -> {
        List<RolloutTree> trees = RolloutSampler.tree().sample(request);
        return trees.size() > 30 ? trees.subList(0, 30) : trees;
      };
    }
  }

  static class Restless extends RolloutSamplerContract {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    protected RolloutSampler sampler() {
      return request ->
          RolloutSampler.tree().sample(request.toBuilder().seed(calls.incrementAndGet()).build());
    }
  }

  abstract static class Judging extends VerifierContract {
    private static final Problem PROBLEM = Problem.of("2 + 3?", "5");

    @Override
    protected List<Attempt> right() {
      return List.of(Attempt.of(PROBLEM, "5"));
    }

    @Override
    protected List<Attempt> wrong() {
      return List.of(Attempt.of(PROBLEM, "6"));
    }
  }

  static class Moody extends Judging {
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @Override
    protected Verifier verifier() {
      return attempt -> {
        seen.add(attempt.answer());
        return Verdict.reward(1.0 / seen.size());
      };
    }
  }

  static class Believing extends Judging {
    @Override
    protected Verifier verifier() {
      return attempt -> Verdict.of(true);
    }
  }

  static class Breaking extends Judging {
    @Override
    protected Verifier verifier() {
      return attempt -> Verdict.of(attempt.answer().charAt(0) == '5');
    }
  }

  static class WrongSign extends DpoObjectiveContract {
    @Override
    protected DpoObjective objective() {
      return sums -> new ObjectiveValue(sums.logit(), 1, 1, -1, -1);
    }
  }

  static class Overflowing extends DpoObjectiveContract {
    @Override
    protected DpoObjective objective() {
      return new DpoObjective() {
        @Override
        public ObjectiveValue evaluate(LogProbabilitySums sums) {
          double e = Math.exp(-sums.logit());
          double slope = -e / (1 + e);
          return new ObjectiveValue(Math.log(1 + e), slope, -slope, -slope, slope);
        }
      };
    }
  }
}
