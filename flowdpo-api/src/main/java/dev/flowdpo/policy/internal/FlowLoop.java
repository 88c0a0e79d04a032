package dev.flowdpo.policy.internal;

import com.google.common.base.Throwables;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;

/**
 * Drives a batch of partial answers to their ends and waits for them: in the rounds of the flow
 * that policy and judge belong to, beside its solves, or in rounds of its own. Thread-safe.
 */
public final class FlowLoop {
  private final FlowPolicy policy;
  private final StopJudge judge;
  private final FlowOptions options;

  /** Creates a loop; the policy and the judge are used as they are, so pass snapshots. */
  public FlowLoop(FlowPolicy policy, StopJudge judge, FlowOptions options) {
    this.policy = policy;
    this.judge = judge;
    this.options = options;
  }

  /**
   * Follows every start to its end.
   *
   * @param observer told of rows by the thread that runs the rounds
   * @return one path per start, in the same order; empty where the row was dropped
   * @throws FlowException if the policy or the judge does not answer every row, or if the thread is
   *     interrupted
   */
  public List<Optional<FlowPath>> run(List<FlowStart> starts, FlowObserver observer) {
    if (policy instanceof BackgroundPolicy shared && judge instanceof BackgroundJudge decider) {
      FlowWork work = work(shared.models(), decider.models(), starts, observer);
      shared.runner().startInBackground(work);
      return await(work);
    }
    FlowWork work = work(policy, judge, starts, observer);
    SeparateRunner.run(work);
    return await(work);
  }

  private FlowWork work(
      FlowPolicy policy, StopJudge judge, List<FlowStart> starts, FlowObserver observer) {
    return new FlowWork(policy, judge, options, starts, observer, Integer.MAX_VALUE);
  }

  private static List<Optional<FlowPath>> await(FlowWork work) {
    try {
      return work.done().get();
    } catch (InterruptedException e) {
      work.cancel();
      Thread.currentThread().interrupt();
      throw new FlowException("The rollouts were interrupted and given up.", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      Throwables.throwIfUnchecked(cause);
      throw new FlowException("A model failed: " + cause, cause);
    } catch (CancellationException e) {
      throw new FlowException("The rollouts were given up.", e);
    }
  }
}
