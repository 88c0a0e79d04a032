package dev.flowdpo.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopRulesTest {
  private static final Problem PROBLEM = Problem.of("q");

  @Test
  void endOfTextStopsWhereThePolicyEnded() {
    PartialAnswer ended = Chunks.answer(PROBLEM, "a").append(Chunks.ending("b"));
    assertThat(StopRules.endOfText().judge(List.of(Chunks.answer(PROBLEM, "a"), ended)))
        .containsExactly(new StopDecision(false, 0), new StopDecision(true, 1));
  }

  @Test
  void answerPresentTrustsMarksOnly() {
    assertThat(stops(StopRules.answerPresent(), "3 pens", " and 4", ", #### 7", " pens"))
        .containsExactly(false, false, true, true);
    assertThat(stops(StopRules.answerPresent(), "\\boxed{", "7}")).containsExactly(false, true);
  }

  @Test
  void answerUnchangedComparesWithEachChunkBefore() {
    assertThat(stops(StopRules.answerUnchanged(1), "7", " pens", " or 8", " pens"))
        .containsExactly(false, true, false, true);
    assertThat(stops(StopRules.answerUnchanged(2), "no", " 7", " pens", " it", " is"))
        .containsExactly(false, false, false, true, true);
    assertThat(stops(StopRules.answerUnchanged(1), "no", " answer", " yet"))
        .containsExactly(false, false, false);
  }

  @Test
  void afterChunksIsALimit() {
    assertThat(stops(StopRules.afterChunks(2), "a", "b", "c")).containsExactly(false, true, true);
  }

  @Test
  void combinationsTakeEveryJudge() {
    StopJudge present = StopRules.answerPresent();
    StopJudge second = StopRules.afterChunks(2);
    assertThat(stops(StopRules.anyOf(present, second), "#### 1", "a")).containsExactly(true, true);
    assertThat(stops(StopRules.allOf(present, second), "#### 1", "a")).containsExactly(false, true);
    StopJudge unsure = answers -> answers.stream().map(a -> new StopDecision(false, 0.3)).toList();
    PartialAnswer one = Chunks.answer(PROBLEM, "a", "b");
    assertThat(StopRules.anyOf(unsure, second).judge(List.of(one)))
        .containsExactly(new StopDecision(true, 1));
    assertThat(StopRules.allOf(unsure, second).judge(List.of(one)))
        .containsExactly(new StopDecision(false, 0.3));
  }

  @Test
  void aCombinationIsFrozenWithItsParts() {
    ScriptedJudge learned = ScriptedJudge.stoppingAt(1);
    StopJudge combined = StopRules.anyOf(StopRules.endOfText(), learned);
    combined.snapshot();
    assertThat(learned.snapshots()).isEqualTo(1);
    assertThat(combined.sharesCalls()).isEqualTo(learned.sharesCalls());
    assertThat(StopRules.endOfText().sharesCalls()).isTrue();
    assertThat(StopRules.endOfText().sharesEngineTokens()).isTrue();
    assertThat(combined.sharesEngineTokens()).isFalse();
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThatThrownBy(() -> StopRules.afterChunks(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("chunks: expected a whole number of at least 1, found 0.");
    assertThatThrownBy(() -> StopRules.answerUnchanged(0))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(StopRules::anyOf).hasMessageContaining("at least one");
  }

  /** What the judge says after each of the chunks. */
  private static List<Boolean> stops(StopJudge judge, String... texts) {
    List<PartialAnswer> answers = new ArrayList<>();
    PartialAnswer answer = PartialAnswer.start(PROBLEM);
    for (String text : texts) {
      answer = answer.append(Chunk.ofText(text, false));
      answers.add(answer);
    }
    return judge.judge(answers).stream().map(StopDecision::stop).toList();
  }
}
