package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A flow that knows what the contract's tests ask, and writes it a few letters at a time. */
final class ScriptedChat {
  private static final Pattern COLOR = Pattern.compile("my favorite color is (\\w+)");

  private ScriptedChat() {}

  static Flow flow() {
    return Flow.builder()
        .policy(new ScriptedPolicy(ScriptedChat::next))
        .judge(StopRules.endOfText())
        .chunkSize(8)
        .maxChunks(100)
        .build();
  }

  static Flow failingFlow() {
    return Flow.builder()
        .policy(
            new ScriptedPolicy(
                request -> {
                  throw new FlowException("the model is gone");
                }))
        .judge(StopRules.endOfText())
        .build();
  }

  private static Chunk next(ChunkRequest request) {
    String rest = reply(request.prefix().problem()).substring(request.prefix().text().length());
    return rest.length() < request.maxTokens()
        ? Chunks.ending(rest)
        : Chunks.of(rest.substring(0, request.maxTokens()));
  }

  private static String reply(Problem problem) {
    String said =
        problem.messages().stream().map(ScriptedChat::line).collect(Collectors.joining("\n"));
    Matcher color = COLOR.matcher(said);
    if (said.contains("SYSTEM: Translate messages from user into German")) {
      return "Ich liebe dich";
    }
    if (problem.question().contains("favorite color")) {
      return color.find() ? "You like " + color.group(1) + " best." : "You never told me.";
    }
    if (problem.question().contains("long story")) {
      return "There was a bear. ".repeat(40);
    }
    return " The capital of Germany is Berlin.\n\nIt lies on the Spree.\n";
  }

  private static String line(Message message) {
    return message.role() + ": " + message.content();
  }
}
