package dev.flowdpo.verify.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has answers judged by a program of any language over its standard input and output.
 *
 * <p>The program reads one JSON object per line, {@code {"request": 7, "id": …, "question": …,
 * "answer": …, "attributes": {…}, "solution": …}}, and answers each with one line, {@code
 * {"request": 7, "reward": 0.5, "reason": "…"}} or {@code {"request": 7, "correct": true}}; null
 * stands for unknown. The number of the request is to be repeated, so that no answer is taken for
 * another's. The end of its input tells it to end.
 *
 * <pre>{@code
 * try (ProcessVerifier verifier = ProcessVerifier.of(List.of("python3", "grade.py"))
 *     .timeLimit(Duration.ofSeconds(5)).processes(4).build()) {
 *   RolloutRequest request =
 *       RolloutRequest.builder(problems, policy, judge, verifier).seed(42).build();
 *   List<RolloutTree> trees = RolloutSampler.tree().sample(request);
 * }
 * }</pre>
 *
 * <p>A program that takes too long, ends, writes too much or something else is killed together with
 * what it started, the verdict is unknown, and the next answer gets a new one. On Linux that is all
 * that it started, also what has left its session and parents, unless it took the variable {@code
 * FLOWDPO_VERIFIER} out of its environment; on other systems its living descendants. It may write
 * to its standard error what it likes; only the last line is kept, to be shown where the program
 * ends. {@link #ofVerifier} runs a verifier written in Java this way, with a heap of its own.
 *
 * <p>Thread-safe. Programs start when first needed. Close it to end them; an orderly end of this
 * virtual machine ends them too.
 */
public final class ProcessVerifier implements BatchVerifier, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProcessVerifier.class);

  private static final Duration END_WAIT = Duration.ofSeconds(5);

  private final ImmutableList<String> command;
  private final Duration timeLimit;
  private final int maxLineBytes;
  private final int processes;
  private final BlockingQueue<Slot> slots;
  private final ExecutorService executor;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean closed;

  /** A place for one program, with or without one in it. */
  private static final class Slot {
    private @org.jspecify.annotations.Nullable LineProcess process;

    synchronized void kill() {
      if (process != null) {
        process.kill();
        process = null;
      }
    }
  }

  ProcessVerifier(ProcessVerifierBuilder builder) {
    this.command = builder.command;
    this.timeLimit = builder.timeLimit;
    this.maxLineBytes = builder.maxLineBytes;
    this.processes = builder.processes;
    this.slots = new ArrayBlockingQueue<>(builder.processes);
    for (int i = 0; i < builder.processes; i++) {
      slots.add(new Slot());
    }
    this.executor =
        Executors.newCachedThreadPool(
            new ThreadFactoryBuilder()
                .setDaemon(true)
                .setNameFormat("flowdpo-process-verifier-%d")
                .build());
  }

  /**
   * Returns a builder.
   *
   * @param command the program and its arguments
   * @return a builder with the defaults: 10 seconds, lines of 1 MiB, one process
   * @throws dev.flowdpo.error.InvalidInputException if the command is empty
   */
  public static ProcessVerifierBuilder of(List<String> command) {
    return new ProcessVerifierBuilder(command);
  }

  /**
   * Returns a builder that runs a verifier written in Java in a virtual machine of its own, with
   * this one's class path: there it may loop, leak and allocate as it likes.
   *
   * @param verifier a public class with a public constructor without parameters
   * @param heapMegabytes the size of its heap
   * @return a builder
   * @throws dev.flowdpo.error.InvalidInputException if the heap is smaller than 8 MB
   */
  public static ProcessVerifierBuilder ofVerifier(
      Class<? extends Verifier> verifier, int heapMegabytes) {
    Require.atLeast(8, "heapMegabytes", heapMegabytes);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return of(
        List.of(
            java.toString(),
            "-Xmx" + heapMegabytes + "m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+DisplayVMOutputToStderr", // its last words are no answer
            "-cp",
            System.getProperty("java.class.path", ""),
            VerifierProcess.class.getName(),
            verifier.getName()));
  }

  @Override
  public List<Verdict> verifyAll(List<Attempt> attempts) {
    if (closed) {
      throw new IllegalStateException("ProcessVerifier: closed; make a new one.");
    }
    AtomicReferenceArray<Verdict> verdicts = new AtomicReferenceArray<>(attempts.size());
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(processes, attempts.size()); i++) {
      workers.add(
          executor.submit(
              () -> {
                for (int j = next.getAndIncrement();
                    j < attempts.size();
                    j = next.getAndIncrement()) {
                  verdicts.set(j, judged(attempts.get(j)));
                }
                return true;
              }));
    }
    try {
      for (Future<?> worker : workers) {
        worker.get();
      }
    } catch (InterruptedException e) {
      workers.forEach(worker -> worker.cancel(true));
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while a program verifies.", e);
    } catch (ExecutionException e) {
      throw new FlowException("A program cannot be asked: " + e.getCause(), e);
    }
    return IntStream.range(0, attempts.size()).mapToObj(verdicts::get).toList();
  }

  private Verdict judged(Attempt attempt) throws InterruptedException {
    Slot slot = slots.take();
    try {
      return judged(attempt, slot);
    } finally {
      if (closed) {
        slot.kill();
      }
      slots.add(slot);
    }
  }

  private Verdict judged(Attempt attempt, Slot slot) throws InterruptedException {
    long request = requests.incrementAndGet();
    try {
      LineProcess process = running(slot);
      Future<Verdict> verdict = executor.submit(() -> ask(process, request, attempt));
      return verdict.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return failed(attempt, slot, "took longer than " + timeLimit);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(attempt, slot, String.valueOf(cause.getMessage()));
    } catch (IOException e) {
      return failed(attempt, slot, "cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      slot.kill();
      throw e;
    }
  }

  private LineProcess running(Slot slot) throws IOException {
    LineProcess process = slot.process;
    if (process != null && process.isAlive() && !process.hasMore()) {
      return process;
    }
    slot.kill();
    LineProcess started = new LineProcess(command, maxLineBytes);
    slot.process = started;
    return started;
  }

  private static Verdict ask(LineProcess process, long request, Attempt attempt)
      throws IOException, VerdictJson.MalformedException {
    ObjectNode question = AttemptJson.of(attempt);
    question.put("request", request);
    JsonNode answer = VerdictJson.read(process.ask(question.toString()));
    if (answer.path("request").asLong(-1) != request) {
      throw new VerdictJson.MalformedException(
          "request: expected "
              + request
              + ", found "
              + VerdictJson.excerpt(answer.path("request").toString())
              + "; the number of the request is to be repeated");
    }
    return VerdictJson.verdict(answer);
  }

  private Verdict failed(Attempt attempt, Slot slot, String reason) {
    slot.kill();
    failures.incrementAndGet();
    String message = "verifier " + command.get(0) + ": " + reason;
    log.warn("Problem {}: {}", attempt.problem().id(), message);
    return Verdict.failed(message);
  }

  /**
   * Returns how often a program failed.
   *
   * @return answers since this verifier was made that got no verdict for it
   */
  public int failures() {
    return failures.get();
  }

  /**
   * Ends the programs, also one that is just being started, and the calls under way. Again does
   * nothing.
   */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(END_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("Calls to {} are still under way {} after the end", command.get(0), END_WAIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the calls end their programs all the same
    }
    slots.forEach(Slot::kill);
  }
}
