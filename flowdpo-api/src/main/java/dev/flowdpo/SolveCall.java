package dev.flowdpo;

import com.google.common.base.Throwables;
import dev.flowdpo.SolveCancelledException.Reason;
import dev.flowdpo.SolveFigures.Outcome;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.internal.FlowObserver;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.policy.internal.FlowStart;
import dev.flowdpo.policy.internal.FlowWork;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One call of an application: the runner's thread says what happens, and the thread that waits here
 * does all else, so that neither listeners nor deadlines of one caller hold up another's work. Used
 * by one thread, except for {@link #cancel}.
 */
final class SolveCall {
  private static final Runnable WAKE = () -> {};

  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final List<Problem> problems;
  private final List<FlowListener> listeners;
  private final SolveOptions options;
  private final FlowModels models;
  private final FlowOptions flow;
  private final Map<Integer, SolutionWriter> writers = new HashMap<>();
  private final Map<Integer, Throwable> failures = new HashMap<>();
  private final List<FlowWork> works = new ArrayList<>();
  private int open;
  private volatile boolean cancelled;

  SolveCall(
      FlowModels models,
      FlowOptions flow,
      List<Problem> problems,
      List<FlowListener> flowListeners,
      SolveOptions options) {
    this.models = models;
    this.flow = flow;
    this.problems = List.copyOf(problems);
    this.options = options;
    this.listeners = new ArrayList<>(flowListeners);
    this.listeners.addAll(options.listeners());
  }

  /** Gives the call up; from any thread. */
  void cancel() {
    cancelled = true;
    events.add(WAKE);
  }

  /** Solves all problems, or throws what went wrong with the first that failed. */
  List<Solution> solveAll() {
    run(false);
    for (int i = 0; i < problems.size(); i++) {
      Throwable failure = failures.get(i);
      if (failure != null) {
        Throwables.throwIfUnchecked(failure);
        throw new FlowException("A model failed: " + failure, failure);
      }
    }
    return written();
  }

  /** Solves each problem by itself, so that none fails for another. */
  List<SolveResult> solveEach() {
    run(true);
    List<SolveResult> results = new ArrayList<>(problems.size());
    for (int i = 0; i < problems.size(); i++) {
      Throwable failure = failures.get(i);
      results.add(
          failure == null
              ? new SolveResult.Solved(writer(i).written())
              : new SolveResult.Failed(problems.get(i), failure));
    }
    return List.copyOf(results);
  }

  private void run(boolean apart) {
    long begin = System.nanoTime();
    Runnable cancel = this::cancel;
    options.cancellation().ifPresent(cancellation -> cancellation.whenCancelled(cancel));
    try {
      begin(apart);
      await(begin);
    } catch (RuntimeException | Error e) {
      works.forEach(FlowWork::cancel);
      // Once problems have begun, it is their listeners that throw.
      failRest(e, writers.isEmpty() ? Outcome.of(e) : Outcome.CANCELLED);
      throw e;
    } finally {
      options.cancellation().ifPresent(cancellation -> cancellation.forget(cancel));
    }
  }

  private void begin(boolean apart) {
    FlowModels.Snapshot snapshot = models.snapshot();
    FlowPolicy policy = snapshot.policy();
    StopJudge judge = snapshot.judge();
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < problems.size(); i++) {
      Problem problem = problems.get(i);
      try {
        writers.put(i, writer(problem, policy.promptTokens(problem)));
        rows.add(i);
      } catch (RuntimeException e) {
        fail(i, e);
        if (!apart) {
          return;
        }
      }
    }
    for (int row : rows) {
      listeners.forEach(listener -> listener.onStart(problems.get(row)));
    }
    if (apart) {
      rows.forEach(row -> start(policy, judge, List.of(row)));
    } else {
      start(policy, judge, rows);
    }
  }

  private void start(FlowPolicy policy, StopJudge judge, List<Integer> rows) {
    List<FlowStart> starts =
        rows.stream().map(row -> FlowStart.of(problems.get(row), flow.seed())).toList();
    int stride = options.streamEvery() == 0 ? Integer.MAX_VALUE : options.streamEvery();
    FlowWork work =
        new FlowWork(policy, judge, flow, starts, new Events(policy, judge, rows), stride);
    try {
      models.runner().start(work);
    } catch (FlowException e) {
      rows.forEach(row -> fail(row, e));
      return;
    }
    works.add(work);
    open++;
    work.whenEnded(failure -> events.add(() -> end(rows, failure)));
  }

  private void end(List<Integer> rows, Optional<Throwable> failure) {
    open--;
    failure.ifPresent(cause -> rows.forEach(row -> fail(row, cause)));
  }

  private SolutionWriter writer(int problem) {
    return Objects.requireNonNull(writers.get(problem), "a problem that runs has a writer");
  }

  /** Returns what there is of a problem, which may be nothing. */
  private SolutionWriter begun(int problem) {
    return Optional.ofNullable(writers.get(problem))
        .orElseGet(() -> writer(problems.get(problem), OptionalInt.empty()));
  }

  private SolutionWriter writer(Problem problem, OptionalInt promptTokens) {
    return new SolutionWriter(problem, promptTokens, listeners, models.monitors());
  }

  private void await(long begin) {
    while (open > 0) {
      if (cancelled) {
        giveUp(Reason.CANCELLED);
        return;
      }
      try {
        Runnable event =
            options.deadline().isPresent()
                ? events.poll(left(options.deadline().get(), begin), TimeUnit.NANOSECONDS)
                : events.take();
        if (event == null) {
          giveUp(Reason.DEADLINE);
          return;
        }
        event.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        giveUp(Reason.INTERRUPTED);
        return;
      }
    }
  }

  /** A deadline beyond what nanoseconds can count is as far off as they can. */
  private static long left(Duration deadline, long begin) {
    return TimeUnit.NANOSECONDS.convert(deadline) - (System.nanoTime() - begin);
  }

  private void giveUp(Reason reason) {
    works.forEach(FlowWork::cancel);
    String why =
        switch (reason) {
          case DEADLINE -> "its deadline of " + options.deadline().orElseThrow() + " is over";
          case INTERRUPTED -> "its thread was interrupted";
          case CANCELLED -> "it was cancelled";
        };
    long finished = writers.values().stream().filter(SolutionWriter::isFinished).count();
    String message =
        "solve: given up, since %s; %d of %d problems were finished. written() holds what there is."
            .formatted(why, finished, problems.size());
    Throwable cause = new SolveCancelledException(message, reason, written());
    failRest(cause, Outcome.of(cause));
  }

  private void failRest(Throwable cause, Outcome outcome) {
    for (int i = 0; i < problems.size(); i++) {
      SolutionWriter writer = writers.get(i);
      if (writer == null || !writer.isFinished()) {
        fail(i, cause, outcome);
      }
    }
  }

  private void fail(int row, Throwable cause) {
    fail(row, cause, Outcome.of(cause));
  }

  private void fail(int row, Throwable cause, Outcome outcome) {
    if (cause instanceof CancellationException || failures.putIfAbsent(row, cause) != null) {
      return;
    }
    models.monitors().onSolve(() -> begun(row).figures(outcome, Optional.of(cause)));
    for (FlowListener listener : listeners) {
      try {
        listener.onError(problems.get(row), cause);
      } catch (RuntimeException e) {
        if (e != cause) {
          cause.addSuppressed(e);
        }
      }
    }
  }

  private List<Solution> written() {
    List<Solution> written = new ArrayList<>();
    for (int i = 0; i < problems.size(); i++) {
      Optional.ofNullable(writers.get(i)).map(SolutionWriter::written).ifPresent(written::add);
    }
    return written;
  }

  /** Puts what the runner tells into the queue of the thread that waits. */
  private final class Events implements FlowObserver {
    private final FlowPolicy policy;
    private final StopJudge judge;
    private final List<Integer> rows;

    private Events(FlowPolicy policy, StopJudge judge, List<Integer> rows) {
      this.policy = policy;
      this.judge = judge;
      this.rows = rows;
    }

    @Override
    public void onText(int row, PartialAnswer prefix, String text) {
      events.add(() -> writer(row).text(prefix.depth(), text));
    }

    @Override
    public void onChunk(int row, PartialAnswer output, StopDecision decision) {
      events.add(() -> writer(row).chunk(output, decision));
    }

    @Override
    public void onFinished(int row, FlowPath path) {
      policy.forget(path.answer()); // a solution holds values alone
      judge.forget(path.answer());
      events.add(() -> writer(row).finished(path));
    }

    private SolutionWriter writer(int row) {
      return SolveCall.this.writer(rows.get(row));
    }
  }
}
