package dev.flowdpo.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.comparison.Preference;
import dev.flowdpo.comparison.TracePair;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat models as judges of explanations, by grade and by comparison. */
class ChatModelJudgesTest {
  private static final Problem PROBLEM = Problem.of("6 times 7?", "42");

  private static ChatModel saying(Function<String, String> replies) {
    return new ChatModel() {
      @Override
      public ChatResponse doChat(ChatRequest request) {
        String reply = replies.apply(request.messages().toString());
        return ChatResponse.builder().aiMessage(AiMessage.from(reply)).build();
      }
    };
  }

  private static Verdict graded(String reply) {
    return ChatModelVerifier.of(saying(asked -> reply)).verify(PROBLEM, "6 * 7 = 42");
  }

  @ParameterizedTest
  @CsvSource({
    "SCORE: 7, 0.7",
    "'All right.\nSCORE: 10/10', 1.0",
    "**Score:** 2.5, 0.25",
    "'A SCORE: 3 would be harsh.\nSCORE: 6', 0.6",
    "score = 0, 0.0"
  })
  void theLastScoreIsTheReward(String reply, double reward) {
    assertThat(graded(reply).reward()).hasValue(reward);
    assertThat(graded(reply).reason()).contains(reply);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Fine.", "SCORE: 11", "SCORE: 100", "SCORE: high", "SCORE: 5\nSCORE: 99"})
  void aReplyWithoutAScoreIsAFailure(String reply) {
    assertThat(graded(reply).failure()).isTrue();
    assertThat(graded(reply).reason().orElseThrow()).contains("expected a line SCORE", reply);
  }

  @Test
  void aBatchIsJudgedInOrderAndAModelThatFailsCostsItsAnswerAlone() {
    ChatModel judge =
        saying(
            asked -> {
              if (asked.contains("crash")) {
                throw new IllegalStateException("no key");
              }
              return asked.contains("Known final answer: 42") && asked.contains("= 42")
                  ? "SCORE: 9"
                  : "SCORE: 1";
            });
    List<Verdict> verdicts =
        ChatModelVerifier.of(judge)
            .withMaxConcurrent(2)
            .verifyAll(
                List.of(
                    Attempt.of(PROBLEM, "6 * 7 = 42"),
                    Attempt.of(PROBLEM, "crash"),
                    Attempt.of(PROBLEM, "6 * 7 = 41")));
    assertThat(verdicts.get(0).reward()).hasValue(0.9);
    assertThat(verdicts.get(1).failure()).isTrue();
    assertThat(verdicts.get(1).reason().orElseThrow()).contains("no key");
    assertThat(verdicts.get(2).reward()).hasValue(0.1);
  }

  @Test
  void comparesInBothOrders() {
    ChatModel judge =
        saying(
            asked ->
                "{\"verdict\": \"%s\", \"reason\": \"clear\"}"
                    .formatted(asked.indexOf("good") < asked.indexOf("bad") ? "A" : "B"));
    ChatModelComparer comparer = new ChatModelComparer(judge);
    TracePair pair = new TracePair(PROBLEM, "good", "bad");
    assertThat(comparer.compare(pair).preference()).isEqualTo(Preference.FIRST);
    assertThat(comparer.orderSwapped().compare(pair.swapped()).preference())
        .isEqualTo(Preference.SECOND);
    assertThat(new ChatModelComparer(saying(asked -> "A")).compare(pair).preference())
        .isEqualTo(Preference.UNDECIDED);
  }
}
