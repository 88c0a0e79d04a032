package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.spi.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a learner rolls out with is one version of both adapters, whoever publishes meanwhile. */
class OneVersionTest {
  /** A policy that has something done right after each snapshot. */
  private record Interrupted(FlowPolicy policy, Runnable after) implements FlowPolicy {
    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      return policy.extend(requests);
    }

    @Override
    public FlowPolicy snapshot() {
      FlowPolicy now = policy.snapshot();
      after.run();
      return new Interrupted(now, () -> {});
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }
  }

  private record Wrapped(StopJudge judge) implements StopJudge {
    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      return judge.judge(partials);
    }

    @Override
    public StopJudge snapshot() {
      return new Wrapped(judge.snapshot());
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }
  }

  @Test
  void aPublicationBetweenTheSnapshotsWaits(@TempDir Path folder) throws InterruptedException {
    AdapterFlowEngine engine = new AdapterFlowEngineProvider().open(EngineSettings.defaults());
    AtomicReference<Runnable> publication = new AtomicReference<>(() -> {});
    List<Thread> publishers = new ArrayList<>();
    Runnable publish =
        () -> {
          Thread thread = new Thread(publication.getAndSet(() -> {}));
          publishers.add(thread);
          thread.start();
          while (thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
          }
        };
    List<Object> judges = new ArrayList<>();
    RolloutSampler sampler =
        request -> {
          judges.add(((Wrapped) request.judge()).judge());
          return RolloutSampler.tree().sample(request);
        };
    try (Flow flow =
            Flow.builder()
                .engine(engine)
                .policy(new Interrupted(engine.policy(), publish))
                .judge(new Wrapped(engine.judge()))
                .build();
        OnlineLearner learner =
            flow.learner().verifier(BundledProblems.VERIFIER).sampler(sampler).build()) {
      learner.save(folder);
      long other = engine.adapters().load(folder).number();
      Object before = engine.judge().snapshot();
      publication.set(() -> engine.adapters().publish(other));
      learner.learn(BundledProblems.learning(3, 1));
      for (Thread thread : publishers) {
        thread.join();
      }
      assertThat(judges.get(0)).as("the judge of the policy's version").isSameAs(before);
      assertThat(engine.judge().snapshot()).as("published all the same").isNotSameAs(before);
    }
  }
}
