package dev.flowdpo.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotBlank;
import org.junit.jupiter.api.Test;

class FlowDpoModuleTest {
  private final ObjectMapper mapper = JsonMapper.builder().addModule(new FlowDpoModule()).build();

  @Test
  void writesASolutionWithItsProblemAndChunks() throws JsonProcessingException {
    Solution solution =
        Solution.builder(
                Problem.builder("2+2?").id("p1").answer("4").attribute("level", "1").build(),
                "2+2=4",
                FinishReason.STOPPED,
                new Usage(OptionalInt.of(7), 3, 2, 1, Duration.ofMillis(1500)))
            .chunks(
                List.of(
                    SolutionChunk.of(
                        TokenIds.of(5, 6, 0), "2+2=4", OptionalDouble.of(-0.5), 0.75, true)))
            .finalAnswer(Optional.of("4"))
            .build();

    assertThat(mapper.readTree(mapper.writeValueAsString(solution)))
        .isEqualTo(
            mapper.readTree(
                """
                {"problem": {"id": "p1", "question": "2+2?", "answer": "4",
                             "attributes": {"level": "1"}},
                 "text": "2+2=4", "finalAnswer": "4", "finishReason": "STOPPED",
                 "chunks": [{"text": "2+2=4", "tokens": [5, 6, 0], "logProbability": -0.5,
                             "stopProbability": 0.75, "endOfSequence": true}],
                 "usage": {"promptTokens": 7, "generatedTokens": 3, "policyCalls": 2,
                           "judgeCalls": 1, "elapsedSeconds": 1.500000000}}
                """));
    assertThat(again(solution)).isEqualTo(solution);
  }

  @Test
  void leavesOutWhatIsAbsent() throws JsonProcessingException {
    Problem problem = Problem.of("Why?");
    Solution solution =
        Solution.builder(
                problem,
                "",
                FinishReason.MAX_CHUNKS,
                new Usage(OptionalInt.empty(), 0, 0, 0, Duration.ZERO))
            .build();

    assertThat(mapper.readTree(mapper.writeValueAsString(problem)).fieldNames())
        .toIterable()
        .containsExactly("id", "question");
    assertThat(mapper.writeValueAsString(solution))
        .doesNotContain("finalAnswer", "promptTokens", "null");
    assertThat(again(solution)).isEqualTo(solution);
  }

  @Test
  void writesAConversationAsMessages() throws JsonProcessingException {
    Problem problem =
        Problem.builder(
                List.of(
                    Message.system("Be brief."),
                    Message.user("Hi"),
                    Message.assistant("Hello"),
                    Message.user("2+2?")))
            .build();

    assertThat(mapper.writeValueAsString(problem))
        .contains("{\"role\":\"system\",\"content\":\"Be brief.\"}")
        .doesNotContain("question");
    assertThat(again(problem)).isEqualTo(problem);
  }

  @Test
  void readsAProblemThatAPersonWrote() throws JsonProcessingException {
    assertThat(
            mapper.readValue(
                "{\"question\": \"2+2?\", \"answer\": \"4\", \"source\": \"mine\"}", Problem.class))
        .isEqualTo(Problem.of("2+2?", "4"));
  }

  @Test
  void keepsKnownUnknownAndFailedVerdictsApart() throws JsonProcessingException {
    ExtractedAnswer answer = new ExtractedAnswer("4", AnswerRule.values()[0]);
    List<Verdict> verdicts =
        List.of(
            Verdict.of(true),
            Verdict.incorrect("expected 4, found 5").on(answer),
            Verdict.reward(0.25, "a quarter of the tests"),
            Verdict.unknown("no answer is known"),
            Verdict.failed("the service is down"));

    for (Verdict verdict : verdicts) {
      assertThat(again(verdict)).isEqualTo(verdict);
    }
    assertThat(mapper.writeValueAsString(Verdict.of(true)))
        .isEqualTo("{\"reward\":1.0,\"correct\":true}");
    assertThat(mapper.writeValueAsString(Verdict.failed("the service is down")))
        .isEqualTo("{\"failed\":true,\"reason\":\"the service is down\"}");
  }

  @Test
  void namesThePropertyThatIsMissingOrWrong() {
    assertThatThrownBy(() -> mapper.readValue("{\"id\": \"a\"}", Problem.class))
        .hasMessageContaining("question: expected the property, found none");
    assertThatThrownBy(
            () -> mapper.readValue("{\"role\": \"narrator\", \"content\": \"a\"}", Message.class))
        .hasMessageContaining(
            "role: expected one of [SYSTEM, USER, ASSISTANT], found \"narrator\"");
  }

  @Test
  void isFoundByTheServiceLoader() throws JsonProcessingException {
    ObjectMapper found = JsonMapper.builder().findAndAddModules().build();
    assertThat(found.writeValueAsString(TokenIds.of(1, 2))).isEqualTo("[1,2]");
  }

  @Property
  void readsWhatItWrote(
      @ForAll @NotBlank String question,
      @ForAll String text,
      @ForAll List<Integer> tokens,
      @ForAll @DoubleRange(min = -100, max = 0) double logProbability,
      @ForAll @DoubleRange(min = 0, max = 1) double stopProbability,
      @ForAll @LongRange(min = 0) long nanoseconds,
      @ForAll FinishReason finishReason)
      throws JsonProcessingException {
    int[] ids = tokens.stream().mapToInt(token -> token & Integer.MAX_VALUE).toArray();
    Solution solution =
        Solution.builder(
                Problem.of(question),
                text,
                finishReason,
                new Usage(OptionalInt.empty(), ids.length, 1, 1, Duration.ofNanos(nanoseconds)))
            .chunks(
                List.of(
                    SolutionChunk.of(
                        TokenIds.copyOf(ids),
                        text,
                        OptionalDouble.of(logProbability),
                        stopProbability,
                        false)))
            .build();

    assertThat(again(solution)).isEqualTo(solution);
  }

  @Test
  void leavesOutTokensAndLogProbabilityThatAreNotKnown() throws JsonProcessingException {
    SolutionChunk chunk =
        SolutionChunk.of(TokenIds.of(), "four", OptionalDouble.empty(), 0.5, true);

    assertThat(mapper.readTree(mapper.writeValueAsString(chunk)))
        .isEqualTo(
            mapper.readTree(
                "{\"text\": \"four\", \"stopProbability\": 0.5, \"endOfSequence\": true}"));
    assertThat(again(chunk)).isEqualTo(chunk);
  }

  @SuppressWarnings("unchecked")
  private <T> T again(T value) throws JsonProcessingException {
    return (T) mapper.readValue(mapper.writeValueAsString(value), value.getClass());
  }
}
