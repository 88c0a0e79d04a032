package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import java.util.List;

/** A flow's judge as a learner gets it, beside {@link BackgroundPolicy}. Thread-safe. */
public record BackgroundJudge(StopJudge models) implements StopJudge {
  @Override
  public List<StopDecision> judge(List<PartialAnswer> partials) {
    return models.judge(partials);
  }

  @Override
  public StopJudge snapshot() {
    return new BackgroundJudge(models.snapshot());
  }

  @Override
  public void forget(PartialAnswer answer) {
    models.forget(answer);
  }

  @Override
  public long cacheBytesPerToken() {
    return models.cacheBytesPerToken();
  }

  @Override
  public boolean sharesCalls() {
    return models.sharesCalls();
  }

  @Override
  public boolean sharesEngineTokens() {
    return models.sharesEngineTokens();
  }
}
