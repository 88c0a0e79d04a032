package dev.flowdpo.spark;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Short learning runs on the bundled model, and what they leave. */
final class Runs {
  /** The verifier of all runs, at executors and here. */
  static final VerifierFactory VERIFIER = () -> Runs::verify;

  private Runs() {}

  private static Verdict verify(Attempt attempt) {
    return Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer()));
  }

  /**
   * What a run leaves.
   *
   * @param adapters the adapters' files, by name
   */
  record Result(LearningReport report, Map<String, String> adapters) {}

  static List<Problem> problems(int count) {
    return WordProblems.learning(51).limit(count).map(WordProblem::toProblem).toList();
  }

  static Result learn(RolloutExecutor executor, Path folder, int problems) {
    return learn(executor, folder, problems(problems), builder -> {});
  }

  static Result learn(
      RolloutExecutor executor,
      Path folder,
      List<Problem> problems,
      Consumer<OnlineLearner.Builder> change) {
    try (Flow flow = Flow.builder().seed(3).build()) {
      OnlineLearner.Builder builder =
          flow.learner()
              .verifier(VERIFIER.create())
              .executor(executor)
              .options(o -> o.seed(5).rollouts(r -> r.problemsPerGroup(8)))
              .options(o -> o.updates(u -> u.pairsPerAnswerUpdate(4).pairsPerStopUpdate(4)));
      change.accept(builder);
      try (OnlineLearner learner = builder.build()) {
        LearningReport report = learner.learn(problems);
        learner.save(folder);
        return new Result(report, files(folder));
      }
    }
  }

  private static Map<String, String> files(Path folder) {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.relativize(file).toString(),
            Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
