package dev.flowdpo.scripted;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.spi.FlowEngineProvider;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine with a scripted policy and judge, whose setups of learners are kept. */
public final class StubEngine implements FlowEngine {
  public static final FlowOptions FLOW_OPTIONS =
      FlowOptions.builder()
          .chunkSize(7)
          .maxChunks(3)
          .sampling(SamplingOptions.of(0.5))
          .seed(11)
          .build();
  public static final LearnerOptions LEARNER_OPTIONS =
      LearnerOptions.builder().lora(lora -> lora.rank(3)).build();

  public final List<LearnerSetup> setups = new ArrayList<>();
  public final AtomicInteger closings = new AtomicInteger();
  public final EngineSettings settings;
  private final ScriptedPolicy policy = ScriptedPolicy.letters(26);
  private final ScriptedJudge judge = ScriptedJudge.stoppingAt(2);

  public StubEngine(EngineSettings settings) {
    this.settings = settings;
  }

  @Override
  public FlowPolicy policy() {
    return policy;
  }

  @Override
  public StopJudge judge() {
    return judge;
  }

  @Override
  public FlowOptions defaultOptions() {
    return FLOW_OPTIONS;
  }

  @Override
  public LearnerOptions defaultLearnerOptions() {
    return LEARNER_OPTIONS;
  }

  @Override
  public OnlineLearner learner(LearnerSetup setup) {
    setups.add(setup);
    return new StubLearner(setup);
  }

  @Override
  public void close() {
    closings.incrementAndGet();
  }

  /** Opens stub engines and remembers the last. */
  public static final class Provider implements FlowEngineProvider {
    public static final List<StubEngine> OPENED = new ArrayList<>();

    @Override
    public FlowEngine open(EngineSettings settings) {
      StubEngine engine = new StubEngine(settings);
      OPENED.add(engine);
      return engine;
    }
  }

  /** Another provider, for a class path with too many. */
  public static final class SecondProvider implements FlowEngineProvider {
    @Override
    public FlowEngine open(EngineSettings settings) {
      return new StubEngine(settings);
    }
  }
}
