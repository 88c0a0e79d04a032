package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A service's side of learning, for {@link KillAndResume}: submits what the learner has not seen,
 * waits for all of it, and saves. Groups are always full, so that the stream is the same however
 * often the process is killed.
 */
final class SubmittedTraffic {
  private static final int PROBLEMS = 40;
  private static final int GROUP = 4;

  private SubmittedTraffic() {}

  /** Takes the folder of the state, the adapters and the result. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    System.out.println(KilledWork.Begun.WORD);
    List<Problem> problems =
        WordProblems.learning(71).limit(PROBLEMS).map(WordProblem::toProblem).toList();
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            flow.learner()
                .verifier(a -> Verdict.of(a.finalAnswer().equals(a.problem().answer())))
                .options(
                    options ->
                        options
                            .rollouts(rollouts -> rollouts.problemsPerGroup(GROUP))
                            .submissions(s -> s.capacity(PROBLEMS).groupWait(Duration.ofHours(1)))
                            .checkpointEveryProblems(2 * GROUP))
                .checkpoint(folder.resolve("checkpoint"))
                .resume(true)
                .build()) {
      List<CompletableFuture<ProblemOutcome>> outcomes =
          problems.stream()
              .filter(problem -> !learner.hasSeen(problem.id()))
              .map(learner::submit)
              .toList();
      outcomes.forEach(CompletableFuture::join);
      learner.stop(Duration.ofMinutes(5));
      learner.save(folder);
      JsonText.write(folder.resolve("result.json"), result(problems, learner));
    }
  }

  private static Map<String, Object> result(List<Problem> problems, OnlineLearner learner) {
    LearningProgress progress = learner.progress();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("submitted", problems.size());
    result.put("learned", progress.problems());
    result.put("seen", problems.stream().filter(p -> learner.hasSeen(p.id())).count());
    result.put("answerPairs", progress.answerPairs());
    result.put("stopPairs", progress.stopPairs());
    result.put("answerUpdates", progress.answerUpdates());
    result.put("stopUpdates", progress.stopUpdates());
    result.put("accuracy", progress.progressiveAccuracy());
    return result;
  }
}
