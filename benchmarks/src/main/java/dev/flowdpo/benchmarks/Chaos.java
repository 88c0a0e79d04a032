package dev.flowdpo.benchmarks;

import dev.flowdpo.SolveCancelledException;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Does to one process what a hard day in production does, on the bundled model:
 *
 * <pre>{@code
 * java -Xms512m -Xmx512m -XX:+AlwaysPreTouch -Dflowdpo.leaks=true -cp benchmarks/target/benchmarks.jar
 *     dev.flowdpo.benchmarks.Chaos FOLDER [MINUTES [SEED]]
 * }</pre>
 *
 * <p>32 threads solve, beside a learner that learns from a stream, from submissions and from
 * feedback, rolls back now and then, and keeps its state in the folder. Solves are cancelled,
 * interrupted, have deadlines, stream to slow listeners and to listeners that throw; verifiers
 * throw, dawdle and hang; the flow is closed under all of that and opened again. Every answer that
 * was given must be the one that the same problem gets alone with the same adapters, nothing else
 * than what was asked for may be thrown, no thread may hang, nothing native may stay open, and
 * resident memory must not grow. The folder receives {@code chaos.csv} and {@code chaos.png}.
 */
public final class Chaos {
  private static final int CALLERS = 32;
  private static final int PROBLEMS = 16;

  private final Path folder;
  private final ServedAnswers answers = new ServedAnswers();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final Queue<Solution> served = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
  private final List<Problem> problems =
      WordProblems.heldOut(PROBLEMS).stream().map(WordProblem::toProblem).toList();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong givenUp = new AtomicLong();
  private final AtomicLong thrown = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong closedUnder = new AtomicLong();
  private final AtomicLong rollbacks = new AtomicLong();
  private final AtomicLong versions = new AtomicLong();
  private final AtomicLong notCompared = new AtomicLong();
  private final AtomicLong learned = new AtomicLong();
  private final ChaosWatch watch;
  private volatile Opening opening;
  private volatile boolean over;
  private double longestClose;

  /** One life of the flow. */
  private record Opening(int number, ServedFlow served) {}

  private Chaos(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.opening = new Opening(0, ServedFlow.open(folder.resolve("learner")));
    this.watch =
        new ChaosWatch(
            folder,
            "openings,answered,given_up,versions",
            () ->
                "%d,%d,%d,%d"
                    .formatted(opening.number + 1, answered.get(), givenUp.get(), versions.get()));
  }

  /** Runs; see the class comment. */
  public static void main(String[] arguments) throws Exception {
    double minutes = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 30;
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
    boolean sound = new Chaos(Path.of(arguments[0])).run(minutes, seed);
    System.exit(sound ? 0 : 1);
  }

  private boolean run(double minutes, long seed) throws Exception {
    long end = System.nanoTime() + (long) (minutes * 60e9);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      ChaoticCaller caller = new ChaoticCaller(seed + i, later);
      SplittableRandom random = new SplittableRandom(seed + 1_000 + i);
      threads.add(new Thread(() -> until(() -> call(caller, random)), "caller-" + i));
    }
    SplittableRandom random = new SplittableRandom(seed + 2_000);
    Iterator<Problem> stream = WordProblems.learning(seed).map(WordProblem::toProblem).iterator();
    threads.add(new Thread(() -> until(() -> learn(stream, random)), "learning"));
    threads.forEach(Thread::start);
    SplittableRandom pauses = new SplittableRandom(seed + 3_000);
    while (System.nanoTime() < end) {
      Thread.sleep(Math.min(15_000 + pauses.nextInt(30_000), Math.max(1, left(end))));
      reopen(pauses.nextBoolean());
    }
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
    opening.served.flow().close();
    later.shutdownNow();
    return report(minutes);
  }

  private static long left(long end) {
    return (end - System.nanoTime()) / 1_000_000;
  }

  private interface Step {
    void run() throws Throwable;
  }

  private void until(Step step) {
    while (!over) {
      watch.alive();
      try {
        step.run();
      } catch (Throwable e) {
        faults.add(Thread.currentThread().getName() + ": " + stack(e));
      }
    }
    watch.done();
  }

  private static String stack(Throwable e) {
    java.io.StringWriter text = new java.io.StringWriter();
    e.printStackTrace(new java.io.PrintWriter(text, true));
    return text.toString();
  }

  /** Closes the flow under everything that goes on, and opens it again. */
  private void reopen(boolean patient) {
    Opening now = opening;
    long begin = System.nanoTime();
    if (patient) {
      now.served.flow().close(Duration.ofMillis(200));
    } else {
      now.served.flow().close();
    }
    longestClose = Math.max(longestClose, (System.nanoTime() - begin) / 1e9);
    opening = new Opening(now.number + 1, ServedFlow.open(folder.resolve("learner")));
  }

  private void call(ChaoticCaller caller, SplittableRandom random) throws Throwable {
    Opening now = opening;
    Problem problem = problems.get(random.nextInt(problems.size()));
    try {
      long rolledBack = rollbacks.get();
      AdapterVersion before = now.served.flow().adapters().live();
      Solution solution = caller.solve(now.served.flow(), problem);
      AdapterVersion after = now.served.flow().adapters().live();
      answered.incrementAndGet();
      if (rolledBack == rollbacks.get() && rolledBack % 2 == 0) {
        answers.add(now.number, before, after, solution);
      } else {
        notCompared.incrementAndGet();
      }
      if (served.size() < CALLERS) {
        served.add(solution);
      }
    } catch (SolveCancelledException e) {
      givenUp.incrementAndGet();
    } catch (ServedFlow.Thrown e) {
      thrown.incrementAndGet();
    } catch (FlowOverloadedException e) {
      refused.incrementAndGet();
    } catch (FlowClosedException e) {
      closedUnder.incrementAndGet();
      Thread.sleep(20);
    }
  }

  /** A group from the stream, of submissions or of feedback, and now and then a step back. */
  private void learn(Iterator<Problem> stream, SplittableRandom random) throws Throwable {
    Opening now = opening;
    try {
      save(now);
      List<Problem> group = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        group.add(stream.next());
      }
      switch (random.nextInt(3)) {
        case 0 -> now.served.learner().learn(group);
        case 1 -> await(group.stream().map(now.served.learner()::submit).toList());
        default -> feedback(now);
      }
      learned.incrementAndGet();
      save(now);
      if (random.nextInt(8) == 0) {
        rollbacks.incrementAndGet(); // odd: it may happen at any moment
        try {
          now.served.flow().adapters().rollBack();
        } catch (InvalidInputException e) {
          if (!e.toString().contains("found none that is kept")) {
            throw e;
          }
        } finally {
          rollbacks.incrementAndGet();
        }
      }
    } catch (ServedFlow.Thrown e) {
      thrown.incrementAndGet();
      save(now);
    } catch (FlowClosedException e) {
      closedUnder.incrementAndGet();
      Thread.sleep(20);
    }
  }

  private void feedback(Opening now) throws Throwable {
    List<CompletableFuture<ProblemOutcome>> outcomes = new ArrayList<>();
    for (Solution solution = served.poll(); solution != null; solution = served.poll()) {
      Verdict verdict = Verdict.of(solution.finalAnswer().equals(solution.problem().answer()));
      outcomes.add(now.served.learner().feedback(solution, verdict));
    }
    await(outcomes);
  }

  private static void await(List<CompletableFuture<ProblemOutcome>> outcomes) throws Throwable {
    for (CompletableFuture<ProblemOutcome> outcome : outcomes) {
      try {
        outcome.join();
      } catch (CompletionException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }
  }

  /** Writes the adapters of the live version, which this thread alone changes. */
  private void save(Opening now) {
    try {
      AdapterVersion live = now.served.flow().adapters().live();
      if (!answers.isSaved(now.number, live)) {
        Path adapters = folder.resolve("adapters/" + now.number + "-" + live.number());
        now.served.learner().save(adapters);
        answers.saved(now.number, live, adapters);
        versions.incrementAndGet();
      }
    } catch (FlowClosedException e) {
      closedUnder.incrementAndGet();
    }
  }

  private boolean report(double minutes) {
    System.gc();
    List<Throwable> open = LeakDetector.open();
    double first = watch.mean(0.1, 0.4);
    double last = watch.mean(0.7, 1);
    double slope = watch.slope(0.33);
    watch.close();
    ServedAnswers.Comparison compared = answers.compare();
    System.out.printf(
        Locale.ROOT,
        """
        | Minutes | %.0f |
        | Openings | %d |
        | Answers | %d |
        | Given up: cancelled, deadline, interrupt | %d |
        | Ended by what a listener or verifier threw, or a cancelled future | %d |
        | Refused, the queue being full | %d |
        | Ended by a close | %d |
        | Groups learned from | %d |
        | Versions of adapters | %d |
        | Rollbacks | %d |
        | Distinct answers compared with the problem alone | %d |
        | Solved alone for that | %d |
        | Answers not compared, beside a rollback | %d |
        | Distinct answers not compared, their version closed away | %d |
        | Answers that differ | %d |
        | Other exceptions | %d |
        | Native handles left open (watched: %s) | %d |
        | Longest close, s | %.2f |
        | Resident MB, 10 to 40 %% of the time | %.1f |
        | Resident MB, 70 to 100 %% of the time | %.1f |
        | Slope after the first third, MB an hour | %.1f |
        """,
        minutes,
        opening.number + 1,
        answered.get(),
        givenUp.get(),
        thrown.get(),
        refused.get(),
        closedUnder.get(),
        learned.get(),
        versions.get(),
        rollbacks.get() / 2,
        compared.distinct(),
        compared.alone(),
        notCompared.get(),
        compared.unknown(),
        compared.different().size(),
        faults.size(),
        Boolean.getBoolean(LeakDetector.PROPERTY),
        open.size(),
        longestClose,
        first,
        last,
        slope);
    compared.different().stream().limit(5).forEach(System.out::println);
    faults.stream().limit(10).forEach(System.out::println);
    open.stream().limit(5).forEach(place -> System.out.println(stack(place)));
    return compared.different().isEmpty() && faults.isEmpty() && open.isEmpty();
  }
}
