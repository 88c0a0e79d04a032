package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids that the models read. */
class PromptsTest {
  private static final FlowTemplates TEMPLATES = templates("Question: {question}", "Yes", "No");

  @TempDir static Path folder;

  private Tokenizer tokenizer;

  @BeforeEach
  void openTokenizer() throws IOException {
    tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS);
  }

  @AfterEach
  void closeTokenizer() {
    tokenizer.close();
  }

  private static FlowTemplates templates(String prompt, String yes, String no) {
    return new FlowTemplates(prompt, "Done?", yes, no, 4, 3, SamplingOptions.greedy());
  }

  private static ModelConfig config(int vocabulary, int positions, OptionalInt begin) {
    return new ModelConfig(
        ModelConfig.LLAMA,
        vocabulary,
        4,
        1,
        2,
        1,
        2,
        4,
        1e4,
        1e-5,
        positions,
        true,
        List.of(2),
        begin);
  }

  private Prompts prompts(FlowTemplates templates) {
    return new Prompts(tokenizer, templates, config(15, 64, OptionalInt.of(1)));
  }

  @Test
  void putsTheQuestionIntoThePrompt() {
    Prompts prompts = prompts(TEMPLATES);
    assertThat(prompts.questionPrompt(Problem.of("Tom has two apples.")))
        .containsExactly(1, 11, 12, 3, 4, 13, 5, 6);
    assertThat(prompts.stopQuestion()).containsExactly(8, 7);
    assertThat(prompts.yesId()).isEqualTo(9);
    assertThat(prompts.noId()).isEqualTo(10);
    assertThat(prompts.templates()).isEqualTo(TEMPLATES);
  }

  @Test
  void beginsWithTheBeginTokenOnceWhereTheModelHasOne() {
    Problem problem = Problem.of("Tom");
    assertThat(prompts(templates("<s>{question}", "Yes", "No")).questionPrompt(problem))
        .containsExactly(1, 3);
    Prompts without = new Prompts(tokenizer, TEMPLATES, config(15, 64, OptionalInt.empty()));
    assertThat(without.questionPrompt(problem)).containsExactly(11, 12, 3);
  }

  @Test
  void doesNotTouchTheQuestion() {
    Prompts prompts = prompts(templates("{question}", "Yes", "No"));
    assertThat(prompts.questionPrompt(Problem.of("Tom {question} $1 \\ ?")))
        .startsWith(1, 3)
        .endsWith(7);
  }

  @Test
  void keepsTheIdsThatWereSampled() {
    Prompts prompts = prompts(TEMPLATES);
    PartialAnswer answer =
        PartialAnswer.start(Problem.of("Tom"))
            .append(Chunk.of(TokenIds.of(4, 0), "has ?", -1, false))
            .append(Chunk.of(TokenIds.of(5, 2), "apples", -1, true));
    assertThat(prompts.answerPrompt(answer)).isEqualTo(TokenIds.of(1, 11, 12, 3, 4, 0, 5));
    assertThat(prompts.stopPrompt(answer)).isEqualTo(TokenIds.of(1, 11, 12, 3, 4, 0, 5, 8, 7));
    assertThat(prompts.stopDecision(true)).isEqualTo(TokenIds.of(9));
    assertThat(prompts.stopDecision(false)).isEqualTo(TokenIds.of(10));
  }

  @Test
  void comparesTheFirstTokensOfLongerAnswers() {
    Prompts prompts = prompts(templates("{question}", "Yes .", "No ."));
    assertThat(prompts.stopDecision(true)).isEqualTo(TokenIds.of(9));
    assertThatThrownBy(() -> prompts(templates("{question}", "Tom has", "Tom")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected different first tokens, found token 3 for both");
    assertThatThrownBy(() -> prompts(templates("{question}", "unknown", "words")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found token 0 for both");
  }

  @Test
  void refusesTextsWithoutTokens() {
    assertThatThrownBy(() -> prompts(templates("{question}", " ", "No")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("template yes: expected a text with at least one token");
    FlowTemplates blank =
        new FlowTemplates("{question}", " ", "Yes", "No", 4, 3, SamplingOptions.greedy());
    assertThatThrownBy(() -> prompts(blank))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("template stop_question");
  }

  @Test
  void refusesAPromptWithoutRoomForAnAnswer() {
    Prompts prompts = new Prompts(tokenizer, TEMPLATES, config(15, 8, OptionalInt.of(1)));
    assertThat(prompts.questionPrompt(Problem.of("Tom"))).hasSize(4);
    Problem longer = Problem.builder("Tom has").id("p7").build();
    assertThatThrownBy(() -> prompts.questionPrompt(longer))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("problem p7: expected a prompt of at most 4 tokens")
        .hasMessageContaining("found 5");
  }

  @Test
  void refusesATokenizerWithMoreIdsThanTheModel() {
    assertThatThrownBy(() -> new Prompts(tokenizer, TEMPLATES, config(14, 64, OptionalInt.of(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected at most 14 ids")
        .hasMessageContaining("found 15");
    assertThat(new Prompts(tokenizer, TEMPLATES, config(16, 64, OptionalInt.of(1))).yesId())
        .isEqualTo(9);
  }

  @Test
  void promptsAreKeptForAsLongAsTheirProblems() throws InterruptedException {
    Prompts prompts = prompts(TEMPLATES);
    WeakReference<Problem> problem = new WeakReference<>(Problem.of("Tom has two apples."));
    assertThat(prompts.questionPrompt(Problem.of("Tom has three."))).isNotEmpty();
    assertThat(prompts.questionPrompt(Objects.requireNonNull(problem.get()))).isNotEmpty();
    for (int i = 0; i < 200 && problem.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(problem.get()).isNull();
  }
}
