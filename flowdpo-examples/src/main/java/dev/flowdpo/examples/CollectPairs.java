package dev.flowdpo.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.Flow;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Rolls problems out and writes a right and a wrong answer of each as a line of preference data,
 * {@code prompt, chosen, rejected}, as TRL and others read it. Nothing learns here.
 */
public final class CollectPairs {
  private CollectPairs() {}

  /** Takes the file to write. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(run(Pens.problems(50, 1), Path.of(arguments[0])) + " pairs");
  }

  static int run(List<Problem> problems, Path file) throws IOException {
    int pairs = 0;
    try (Flow flow = Flow.builder().build();
        PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file))) {
      RolloutRequest request =
          RolloutRequest.builder(problems, flow.policy(), flow.judge(), new MathAnswerVerifier())
              .options(flow.options())
              .rolloutsPerNode(2)
              .build();
      for (RolloutTree tree : RolloutSampler.tree().sample(request)) {
        Branch original = tree.original();
        for (OutputNode node : tree.nodes()) {
          for (Branch other : node.alternatives()) {
            if (other.verdict().isCorrect() != original.verdict().isCorrect()) {
              Branch chosen = other.verdict().isCorrect() ? other : original;
              Branch rejected = chosen == other ? original : other;
              lines.println(line(tree.problem(), chosen, rejected));
              pairs++;
            }
          }
        }
      }
    }
    return pairs;
  }

  private static String line(Problem problem, Branch chosen, Branch rejected) {
    return new ObjectMapper()
        .createObjectNode()
        .put("prompt", problem.question())
        .put("chosen", chosen.text())
        .put("rejected", rejected.text())
        .toString();
  }
}
