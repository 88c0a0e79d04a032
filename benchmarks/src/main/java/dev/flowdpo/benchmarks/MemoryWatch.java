package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.util.Iterator;
import java.util.Locale;

/**
 * Prints the resident memory of the process while the bundled model solves 10,000 problems one by
 * one and then learns for 1,000 updates, to show that native memory does not grow. The heap is
 * fixed and touched at the start, so that what changes is native:
 *
 * <pre>{@code
 * java -Xms512m -Xmx512m -XX:+AlwaysPreTouch -cp benchmarks/target/benchmarks.jar \
 *     dev.flowdpo.benchmarks.MemoryWatch [SOLVES] [UPDATES]
 * }</pre>
 *
 * <p>Ends with exit code 1 if the memory at the end of either part is more than 5 % above that
 * after its first fifth.
 */
public final class MemoryWatch {
  private static final int SAMPLES = 20;
  private static final double ALLOWED_GROWTH = 0.05;

  private final String unit;
  private final int total;
  private final long begun = System.nanoTime();
  private double early;
  private double last;

  private MemoryWatch(String unit, int total) {
    this.unit = unit;
    this.total = total;
  }

  /** Runs both parts; see the class comment. */
  public static void main(String[] arguments) {
    int solves = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
    int updates = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
    boolean steady;
    try (Flow flow = Flow.builder().build()) {
      steady = solve(flow, solves);
      steady &= learn(flow, updates);
    }
    System.exit(steady ? 0 : 1);
  }

  private static boolean solve(Flow flow, int solves) {
    MemoryWatch watch = new MemoryWatch("solves", solves);
    Iterator<WordProblem> problems = WordProblems.stream(1).iterator();
    for (int done = 1; done <= solves; done++) {
      flow.solve(problems.next().toProblem());
      watch.after(done);
    }
    return watch.steady();
  }

  private static boolean learn(Flow flow, int updates) {
    MemoryWatch watch = new MemoryWatch("updates", updates);
    Count count = new Count(watch);
    Iterator<WordProblem> problems = WordProblems.learning(1).iterator();
    Iterable<Problem> untilEnough =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return count.updates < updates;
              }

              @Override
              public Problem next() {
                return problems.next().toProblem();
              }
            };
    try (OnlineLearner learner =
        flow.learner()
            .verifier(
                attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer())))
            .listener(count)
            .build()) {
      learner.learn(untilEnough);
    }
    return watch.steady();
  }

  /** Counts the updates of both adapters. */
  private static final class Count implements LearningListener {
    private final MemoryWatch watch;
    private int updates;

    Count(MemoryWatch watch) {
      this.watch = watch;
    }

    @Override
    public void onUpdate(UpdateMetrics metrics) {
      watch.after(++updates);
    }
  }

  private void after(int done) {
    if (done % Math.max(1, total / SAMPLES) != 0) {
      return;
    }
    last = ResidentMemory.megabytes();
    if (done <= total / 5) {
      early = last;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT, "%6d %s  %7.1f s  %7.1f MB resident%n", done, unit, seconds, last);
  }

  private boolean steady() {
    double growth = last / early - 1;
    System.out.printf(
        Locale.ROOT,
        "%d %s: %+.1f MB (%+.1f %%) since the first fifth%n",
        total,
        unit,
        last - early,
        100 * growth);
    return growth <= ALLOWED_GROWTH;
  }
}
