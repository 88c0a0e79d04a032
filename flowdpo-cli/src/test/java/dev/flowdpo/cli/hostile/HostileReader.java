package dev.flowdpo.cli.hostile;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.text.ChatMessage;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The process that opens a hostile corpus. It says what it begins and what became of it, a line
 * each, so that whoever watches knows at what it died or stayed.
 */
final class HostileReader {
  private HostileReader() {}

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    for (Path folder : sorted(root.resolve("models"))) {
      say(folder, () -> solve(folder));
    }
    for (Path file : sorted(root.resolve("templates"))) {
      String source = Files.readString(file);
      say(file, () -> render(source));
    }
    try (VerifierGuard guard = new VerifierGuard(new MathAnswerVerifier())) {
      for (Path file : sorted(root.resolve("answers"))) {
        String answer = Files.readString(file);
        say(file, () -> verify(guard, "\\boxed{" + answer + "}"));
      }
      say(root.resolve("honest"), () -> verify(guard, "\\boxed{8/6}"));
    }
    System.out.println("end");
  }

  private interface Attempt {
    String outcome();
  }

  private static void say(Path what, Attempt attempt) {
    System.out.println("begin " + what.getFileName());
    String outcome;
    try {
      outcome = attempt.outcome();
    } catch (InvalidInputException e) {
      outcome = "refused: " + e.getMessage();
    } catch (FlowException e) {
      outcome = "failed: " + e.getMessage();
    }
    System.out.println(outcome.lines().findFirst().orElse(""));
  }

  private static String solve(Path folder) {
    try (Flow flow = Flow.builder().model(folder).build()) {
      flow.solve("Tom has 2 apples and buys 3. How many has he?");
      return "solved";
    }
  }

  private static String render(String source) {
    ModelChatTemplate.of(source, Map.of()).render(List.of(new ChatMessage("user", "Hi")), true);
    return "rendered";
  }

  private static String verify(VerifierGuard guard, String solution) {
    Verdict verdict = guard.verify(Problem.of("What is it?", "\\frac{4}{3}"), solution);
    return "judged: "
        + (verdict.isCorrect() ? "right" : verdict.reward().isPresent() ? "wrong" : "unknown");
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
