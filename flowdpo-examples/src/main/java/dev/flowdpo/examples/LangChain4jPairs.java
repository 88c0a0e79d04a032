package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.jackson.TextPairWriter;
import dev.flowdpo.langchain4j.ChatContinuation;
import dev.flowdpo.langchain4j.ChatModelPolicy;
import dev.flowdpo.langchain4j.FlowChatModel;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.preference.Contrast;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import dev.langchain4j.model.chat.ChatModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has a chat model of LangChain4j write, rolls its answers out, and writes what right and wrong
 * branches contrast as TRL's preference data; the model is trained elsewhere. Here the model is
 * another flow; put OpenAI's, Gemini's or Ollama's in its place.
 */
public final class LangChain4jPairs {
  private LangChain4jPairs() {}

  /** Takes a file. */
  public static void main(String[] arguments) {
    try (Flow inner = Flow.builder().build()) {
      // Replies that vary, as those of a remote model do.
      ChatModel model =
          FlowChatModel.builder().flow(inner).seeds(new AtomicLong()::incrementAndGet).build();
      // The bundled model takes single questions; leave this out, and maxChunks(1), for a chat
      // model.
      FlowPolicy policy =
          ChatModelPolicy.builder(model).continuation(ChatContinuation.wholeAnswer()).build();
      Verifier verifier = new MathAnswerVerifier(); // or ChatModelVerifier.of(another model)
      System.out.println(
          run(policy, verifier, Pens.problems(12, 1), Path.of(arguments[0])) + " pairs");
    }
  }

  static int run(FlowPolicy policy, Verifier verifier, List<Problem> problems, Path file) {
    int pairs = 0;
    try (Flow flow =
            Flow.builder().policy(policy).judge(StopRules.endOfText()).maxChunks(1).build();
        TextPairWriter writer = TextPairWriter.conversations(file)) {
      RolloutRequest request =
          RolloutRequest.builder(problems, flow.policy(), flow.judge(), verifier)
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
