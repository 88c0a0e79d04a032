package dev.flowdpo.verify.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Against a real program, {@link Grader}, which does what the solution tells it to. */
@Timeout(120)
class ProcessVerifierTest {
  private static final Problem PROBLEM = Problem.of("How many?", "2");
  private static final String MARK = "-Dgrader=" + UUID.randomUUID();
  private static final Duration PATIENT = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(3);

  @AfterEach
  void leavesNoProcessBehind() throws InterruptedException {
    for (int i = 0; i < 1_000 && !graders().isEmpty(); i++) {
      Thread.sleep(10); // the killed need a moment
    }
    assertThat(graders()).isEmpty();
  }

  @Test
  void asksOneProgramAgainAndAgain() {
    try (ProcessVerifier verifier = grader(PATIENT).build()) {
      assertThat(graders()).as("starts when needed").isEmpty();
      Verdict first = verifier.verify(PROBLEM, "a solution with \\ and ü and\nnewlines");
      assertThat(first.known()).isTrue();
      assertThat(first.reward()).hasValue(0.25);
      assertThat(first.reason().orElse("")).isEqualTo("0");
      assertThat(verifier.verify(PROBLEM, "half").reason().orElse("")).isEqualTo("1");
      assertThat(verifier.verify(PROBLEM, "flood-stderr").reason().orElse("")).isEqualTo("2");
      assertThat(verifier.verify(PROBLEM, "true").isCorrect()).isTrue();
      Verdict unknown = verifier.verify(PROBLEM, "null");
      assertThat(unknown.known()).isFalse();
      assertThat(unknown.failure()).isFalse();
      assertThat(verifier.failures()).isZero();
      assertThat(graders()).hasSize(1);
    }
  }

  @Test
  void aProgramThatEndsIsNamedWithItsExitCodeAndItsMessageAndStartedAgain() {
    try (ProcessVerifier verifier = grader(PATIENT).build()) {
      assertThat(verifier.verify(PROBLEM, "fine").reason().orElse("")).isEqualTo("0");
      Verdict ended = verifier.verify(PROBLEM, "exit");
      assertThat(ended.known()).isFalse();
      assertThat(ended.failure()).isTrue();
      assertThat(ended.reason().orElse(""))
          .endsWith("ended without an answer, exit code 7: ValueError: out of paper");
      assertThat(verifier.verify(PROBLEM, "partial").reason().orElse("")).contains("exit code 0");
      assertThat(verifier.verify(PROBLEM, "fine").reason().orElse(""))
          .as("a new program")
          .isEqualTo("0");
      assertThat(verifier.failures()).isEqualTo(2);
    }
  }

  @Test
  void aSilentProgramIsKilledWithWhatItStarted() throws InterruptedException {
    try (ProcessVerifier verifier = grader(SHORT).build()) {
      Verdict silent = verifier.verify(PROBLEM, "child");
      assertThat(silent.failure()).isTrue();
      assertThat(silent.reason().orElse("")).endsWith("took longer than PT3S");
      leavesNoProcessBehind();
    }
  }

  /** A session of its own, and no parent: it is nobody's descendant when the verifier ends. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void whatDetachesItselfEndsWithTheProgram(@TempDir Path folder) throws Exception {
    Path detached = folder.resolve("detached");
    Path shell = Path.of("/bin/sh");
    assumeThat(shell).isExecutable();
    String script =
        "read line; (setsid sh -c 'echo $$ > \"$1\"; exec sleep 600' sh \"$0\" &) ; read more";
    List<String> command = List.of(shell.toString(), "-c", script, detached.toString());
    try (ProcessVerifier verifier =
        ProcessVerifier.of(command).timeLimit(Duration.ofSeconds(2)).build()) {
      assertThat(verifier.verify(PROBLEM, "1").failure()).isTrue();
      long pid = Long.parseLong(Files.readString(detached).strip());
      ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
      assertThat(ProcessHandle.of(pid)).isEmpty();
    }
  }

  @Test
  void aFloodStaysInThePipe() {
    try (ProcessVerifier verifier = grader(PATIENT).maxLineBytes(10_000).build()) {
      Verdict flooded = verifier.verify(PROBLEM, "flood");
      assertThat(flooded.failure()).isTrue();
      assertThat(flooded.reason().orElse("")).endsWith("wrote a line of more than 10000 bytes");
      assertThat(verifier.verify(PROBLEM, "fine").reason().orElse("")).isEqualTo("0");
    }
  }

  @Test
  void anAnswerThatIsNoneFailsAndTheNextIsNotMistakenForIt() {
    try (ProcessVerifier verifier = grader(PATIENT).build()) {
      assertThat(verifier.verify(PROBLEM, "no-json").reason().orElse(""))
          .contains("expected a JSON value");
      assertThat(verifier.verify(PROBLEM, "no-reward").reason().orElse(""))
          .contains("\"reward\" or \"correct\"");
      assertThat(verifier.verify(PROBLEM, "large").reason().orElse(""))
          .contains("in [0, 1]", "1.5");
      assertThat(verifier.verify(PROBLEM, "text").reason().orElse(""))
          .contains("in [0, 1]", "high");
      assertThat(verifier.verify(PROBLEM, "other").reason().orElse(""))
          .contains("request: expected", "9999");
      assertThat(verifier.failures()).isEqualTo(5);
      assertThat(verifier.verify(PROBLEM, "twice").reason().orElse("")).isEqualTo("0");
      assertThat(verifier.verify(PROBLEM, "fine").known()).as("after a line too many").isTrue();
      assertThat(verifier.failures()).isEqualTo(5);
    }
  }

  @Test
  void severalProgramsShareABatchAndOneBadAnswerCostsItself() {
    try (ProcessVerifier verifier = grader(PATIENT).processes(2).build()) {
      List<Attempt> attempts =
          Stream.of("slow", "fine", "exit", "slow", "true", "null")
              .map(order -> Attempt.of(PROBLEM, order))
              .toList();
      List<Verdict> verdicts = verifier.verifyAll(attempts);
      assertThat(verdicts)
          .extracting(Verdict::known)
          .containsExactly(true, true, false, true, true, false);
      assertThat(verdicts)
          .extracting(v -> v.reward().orElse(-1))
          .containsExactly(.25, .25, -1., .25, 1., -1.);
      assertThat(verifier.verifyAll(List.of())).isEmpty();
      assertThat(graders()).hasSize(2);
    }
  }

  @Test
  void manyThreadsShareThePrograms() {
    try (ProcessVerifier verifier = grader(PATIENT).processes(2).build()) {
      List<CompletableFuture<Verdict>> verdicts =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> verifier.verify(PROBLEM, i % 2 == 0 ? "true" : "fine")))
              .toList();
      List<Double> rewards = new ArrayList<>();
      verdicts.forEach(verdict -> rewards.add(verdict.join().reward().orElseThrow()));
      assertThat(rewards)
          .containsExactlyElementsOf(
              IntStream.range(0, 40).mapToObj(i -> i % 2 == 0 ? 1 : 0.25).toList());
    }
  }

  @Test
  void aProgramThatCannotBeStartedIsNamed() {
    try (ProcessVerifier verifier = ProcessVerifier.of(List.of("no-such-program-7")).build()) {
      Verdict verdict = verifier.verify(PROBLEM, "2");
      assertThat(verdict.failure()).isTrue();
      assertThat(verdict.reason().orElse("")).contains("no-such-program-7", "cannot be started");
    }
  }

  @Test
  void closingEndsProgramsAndCallsUnderWay() throws Exception {
    ProcessVerifier verifier = grader(PATIENT).build();
    CompletableFuture<Verdict> waiting =
        CompletableFuture.supplyAsync(() -> verifier.verify(PROBLEM, "silent"));
    while (graders().isEmpty()) {
      Thread.sleep(5);
    }
    verifier.close();
    verifier.close();
    assertThat(waiting.handle((verdict, error) -> "ended").get(30, TimeUnit.SECONDS))
        .isEqualTo("ended");
    assertThatThrownBy(() -> verifier.verify(PROBLEM, "fine"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void anInterruptedCallerStops() {
    try (ProcessVerifier verifier = grader(PATIENT).build()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> verifier.verify(PROBLEM, "silent"))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("Interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void runsAVerifierInAVirtualMachineOfItsOwn() {
    try (ProcessVerifier verifier =
        ProcessVerifier.ofVerifier(Greedy.class, 24).timeLimit(PATIENT).build()) {
      assertThat(verifier.verify(PROBLEM, "2").isCorrect()).isTrue();
      assertThat(verifier.verify(PROBLEM, "print 2").isCorrect()).isTrue();
      Verdict thrown = verifier.verify(PROBLEM, "throw");
      assertThat(thrown.failure()).isTrue();
      assertThat(thrown.reason().orElse("")).contains("verifier failed", "not today");
      Verdict full = verifier.verify(PROBLEM, "allocate");
      assertThat(full.failure()).isTrue();
      assertThat(full.reason().orElse("")).contains("ended without an answer", "OutOfMemoryError");
      assertThat(verifier.verify(PROBLEM, "3").known()).isTrue();
    }
  }

  /** A verifier that may print, throw and allocate without end. */
  public static final class Greedy implements Verifier {
    /** For the other virtual machine. */
    public Greedy() {}

    @Override
    public Verdict verify(Attempt attempt) {
      String answer = attempt.answer();
      if (answer.startsWith("print")) {
        System.out.println("this is not part of the protocol");
      }
      if (answer.equals("throw")) {
        throw new IllegalStateException("not today");
      }
      List<byte[]> kept = new ArrayList<>();
      while (answer.equals("allocate")) {
        kept.add(new byte[1 << 20]);
      }
      return Verdict.of(
          answer.endsWith(attempt.problem().answer().orElseThrow()) && kept.isEmpty());
    }
  }

  @Test
  void refusesBadSettings() {
    assertThatThrownBy(() -> ProcessVerifier.of(List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("command: ");
    ProcessVerifierBuilder builder = grader(PATIENT);
    assertThatThrownBy(() -> builder.timeLimit(Duration.ZERO)).hasMessageContaining("timeLimit");
    assertThatThrownBy(() -> builder.maxLineBytes(0)).hasMessageContaining("maxLineBytes");
    assertThatThrownBy(() -> builder.processes(0)).hasMessageContaining("processes");
    assertThatThrownBy(() -> ProcessVerifier.ofVerifier(Greedy.class, 1))
        .hasMessageContaining("heapMegabytes");
  }

  private static ProcessVerifierBuilder grader(Duration limit) {
    String classes = Grader.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return ProcessVerifier.of(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                MARK,
                "-cp",
                classes,
                Grader.class.getName()))
        .timeLimit(limit);
  }

  /** Returns the programs of this test that run, wherever they hang in the tree of processes. */
  private static List<ProcessHandle> graders() {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().commandLine().orElse("").contains(MARK))
        .filter(ProcessHandle::isAlive)
        .toList();
  }
}
