package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.jackson.TextPairWriter;
import dev.flowdpo.openai.Continuation;
import dev.flowdpo.openai.OpenAiPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.preference.Contrast;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Solves problems with a model behind an OpenAI-compatible endpoint, rolls them out, and writes
 * what right and wrong branches contrast as TRL's preference data. Needs {@code flowdpo-openai},
 * {@code flowdpo-jackson} and {@code flowdpo-verifiers}, and nothing native; the model is trained
 * elsewhere.
 */
public final class RemotePairs {
  private RemotePairs() {}

  /** Takes the address of a vLLM server, such as http://localhost:8000/v1, a model and a file. */
  public static void main(String[] arguments) {
    OpenAiPolicy policy =
        OpenAiPolicy.builder(URI.create(arguments[0]), arguments[1], Continuation.vllm())
            .minTokens(true)
            .build();
    System.out.println(run(policy, Pens.problems(50, 1), Path.of(arguments[2])) + " pairs");
  }

  static int run(OpenAiPolicy policy, List<Problem> problems, Path file) {
    StopJudge judge = StopRules.anyOf(StopRules.endOfText(), StopRules.answerUnchanged(2));
    int pairs = 0;
    try (Flow flow = Flow.builder().policy(policy).judge(judge).chunkSize(64).build();
        TextPairWriter writer = TextPairWriter.conversations(file)) {
      System.out.println(flow.solve(problems.get(0)).text());
      RolloutRequest request =
          RolloutRequest.builder(problems, flow.policy(), flow.judge(), new MathAnswerVerifier())
              .options(flow.options())
              .rolloutsPerNode(2)
              .build();
      for (RolloutTree tree : RolloutSampler.tree().sample(request)) {
        pairs += writer.write(Contrast.of(tree, PairOptions.defaults()));
      }
    }
    return pairs;
  }
}
