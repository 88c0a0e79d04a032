package dev.flowdpo.preference;

import static dev.flowdpo.preference.AdapterRole.ANSWER;
import static dev.flowdpo.preference.AdapterRole.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairBuilderTest {
  private static final Verdict RIGHT = Verdict.of(true);
  private static final Verdict WRONG = Verdict.of(false);
  private static final Verdict UNKNOWN = Verdict.unknown("no key");
  private static final Problem PROBLEM = Problem.builder("q").id("p1").build();
  private static final StopDecision GO_ON = new StopDecision(false, 0.2);
  private static final StopDecision STOPS = new StopDecision(true, 0.8);

  /** Prompts are "Q" or "S" and the text so far; decisions are "Y" and "N". */
  private static final PreferenceTokens TOKENS =
      new PreferenceTokens() {
        @Override
        public TokenIds answerPrompt(PartialAnswer prefix) {
          return Chunks.ids("Q" + prefix.text());
        }

        @Override
        public TokenIds stopPrompt(PartialAnswer output) {
          return Chunks.ids("S" + output.text());
        }

        @Override
        public TokenIds stopDecision(boolean stop) {
          return Chunks.ids(stop ? "Y" : "N");
        }
      };

  private final PairBuilder builder = new PairBuilder(PairOptions.defaults(), TOKENS);

  @Test
  void theChunkThatLedToTheRightAnswerIsChosen() {
    assertThat(builder.pairs(tree(WRONG, RIGHT, Optional.empty(), GO_ON)))
        .containsExactly(answerPair("x", "b", 1, 0));
    assertThat(builder.pairs(tree(RIGHT, WRONG, Optional.empty(), GO_ON)))
        .containsExactly(answerPair("b", "x", 1, 0));
  }

  @ParameterizedTest
  @CsvSource({"true,true", "false,false"})
  void equalAnswersMakeNoAnswerPair(boolean original, boolean alternative) {
    assertThat(
            builder.pairs(
                tree(Verdict.of(original), Verdict.of(alternative), Optional.empty(), GO_ON)))
        .isEmpty();
  }

  @Test
  void unknownVerdictsNeverPair() {
    assertThat(builder.pairs(tree(UNKNOWN, RIGHT, Optional.of(RIGHT), GO_ON))).isEmpty();
    assertThat(builder.pairs(tree(RIGHT, UNKNOWN, Optional.of(UNKNOWN), STOPS))).isEmpty();
    assertThat(builder.pairs(tree(UNKNOWN, UNKNOWN, Optional.of(UNKNOWN), STOPS))).isEmpty();
  }

  @Test
  void theEndOfSequenceBelongsToTheChunk() {
    PartialAnswer prefix = Chunks.answer(PROBLEM, "a");
    PartialAnswer output = prefix.append(Chunks.ending("b"));
    PartialAnswer other = prefix.append(Chunks.of("b"));
    OutputNode node =
        new OutputNode(
            1, prefix, output, STOPS, List.of(branch(other, WRONG, STOPS)), Optional.empty());
    PreferencePair pair =
        builder.pairs(new RolloutTree(PROBLEM, branch(output, RIGHT, STOPS), List.of(node))).get(0);
    assertThat(pair.chosen().tokens()).isEqualTo(TokenIds.of('b', Chunks.END));
    assertThat(pair.rejected().tokens()).isEqualTo(TokenIds.of('b'));
  }

  @Test
  void everyAlternativeMakesItsOwnPair() {
    PartialAnswer prefix = Chunks.answer(PROBLEM, "a");
    PartialAnswer output = prefix.append(Chunks.of("b"));
    List<Branch> alternatives =
        List.of(
            branch(prefix.append(Chunks.of("x")), RIGHT, STOPS),
            branch(prefix.append(Chunks.of("y")), WRONG, STOPS),
            branch(prefix.append(Chunks.of("z")).append(Chunks.of("w")), RIGHT, STOPS));
    OutputNode node = new OutputNode(1, prefix, output, STOPS, alternatives, Optional.empty());
    assertThat(builder.pairs(new RolloutTree(PROBLEM, branch(output, WRONG, STOPS), List.of(node))))
        .containsExactly(answerPair("x", "b", 1, 0), answerPair("z", "b", 1, 0));
  }

  @ParameterizedTest(name = "original stops: {0}, stopping right: {1}, going on right: {2}")
  @CsvSource({
    // original stops, verdict of stopping, verdict of going on, chosen decision
    "true,  true,  false, Y",
    "true,  false, true,  N",
    "false, true,  false, Y",
    "false, false, true,  N",
    "true,  true,  true,  Y",
    "false, true,  true,  Y",
    "true,  false, false, ''",
    "false, false, false, ''"
  })
  void theDecisionThatLedToTheRightAnswerIsChosen(
      boolean originalStops, boolean stopRight, boolean goOnRight, String chosen) {
    Verdict original = Verdict.of(originalStops ? stopRight : goOnRight);
    Verdict flipped = Verdict.of(originalStops ? goOnRight : stopRight);
    List<PreferencePair> pairs =
        builder.pairs(
            tree(original, original, Optional.of(flipped), originalStops ? STOPS : GO_ON));
    if (chosen.isEmpty()) {
      assertThat(pairs).isEmpty();
      return;
    }
    assertThat(pairs).hasSize(1);
    PreferencePair pair = pairs.get(0);
    assertThat(pair.role()).isEqualTo(STOP);
    assertThat(pair.prompt()).isEqualTo(Chunks.ids("Sab"));
    assertThat(pair.chosen().tokens()).isEqualTo(Chunks.ids(chosen));
    assertThat(pair.rejected().tokens()).isEqualTo(Chunks.ids(chosen.equals("Y") ? "N" : "Y"));
    assertThat(pair.chosen().reward()).isEqualTo(1);
    assertThat(pair.rejected().reward()).isEqualTo(stopRight && goOnRight ? 1 : 0);
  }

  @Test
  void anAlternativeWithTheOriginalsTokensMakesNoPair() {
    PartialAnswer prefix = Chunks.answer(PROBLEM, "a");
    PartialAnswer output = prefix.append(Chunks.of("b"));
    Branch same = branch(prefix.append(Chunks.of("b")).append(Chunks.of("c")), RIGHT, STOPS);
    OutputNode node = new OutputNode(1, prefix, output, STOPS, List.of(same), Optional.empty());
    assertThat(builder.pairs(new RolloutTree(PROBLEM, branch(output, WRONG, STOPS), List.of(node))))
        .isEmpty();
  }

  @Test
  void withoutTheOptionATieMakesNoStopPair() {
    PairBuilder strict =
        new PairBuilder(
            PairOptions.builder().rewardMargin(0.5).preferEarlierStopOnTie(false).build(), TOKENS);
    assertThat(strict.pairs(tree(RIGHT, RIGHT, Optional.of(RIGHT), GO_ON))).isEmpty();
  }

  @Test
  void rewardsMustDifferByTheMargin() {
    Verdict high = Verdict.reward(0.75, "");
    Verdict low = Verdict.reward(0.25, "");
    assertThat(builder.pairs(tree(high, low, Optional.empty(), GO_ON)))
        .containsExactly(answerPair("b", "x", 0.75, 0.25));
    PairBuilder wide =
        new PairBuilder(
            PairOptions.builder().rewardMargin(0.51).preferEarlierStopOnTie(true).build(), TOKENS);
    assertThat(wide.pairs(tree(high, low, Optional.empty(), GO_ON))).isEmpty();
    PairBuilder narrow =
        new PairBuilder(
            PairOptions.builder().rewardMargin(0.01).preferEarlierStopOnTie(true).build(), TOKENS);
    assertThat(narrow.pairs(tree(high, Verdict.reward(0.74, ""), Optional.empty(), GO_ON)))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"0.7,0.2,0.5", "0.3,0.2,0.1", "1.0,0.9,0.1", "0.8,0.6,0.2", "0.35,0.3,0.05"})
  void rewardsThatDifferByTheMarginButForRoundingFormAPair(double high, double low, double margin) {
    PairBuilder exact =
        new PairBuilder(
            PairOptions.builder().rewardMargin(margin).preferEarlierStopOnTie(false).build(),
            TOKENS);
    PairBuilder wider =
        new PairBuilder(
            PairOptions.builder()
                .rewardMargin(margin * 1.001)
                .preferEarlierStopOnTie(false)
                .build(),
            TOKENS);
    RolloutTree tree =
        tree(Verdict.reward(high, ""), Verdict.reward(low, ""), Optional.empty(), GO_ON);
    assertThat(exact.pairs(tree)).hasSize(1);
    assertThat(wider.pairs(tree)).isEmpty();
  }

  @Test
  void equalRewardsFormNoPairHoweverSmallTheMargin() {
    PairBuilder least =
        new PairBuilder(
            PairOptions.builder()
                .rewardMargin(Double.MIN_VALUE)
                .preferEarlierStopOnTie(false)
                .build(),
            TOKENS);
    assertThat(
            least.pairs(
                tree(Verdict.reward(0.4, ""), Verdict.reward(0.4, ""), Optional.empty(), GO_ON)))
        .isEmpty();
  }

  @Test
  void correctAnswersWithRewardsInsideTheMarginAreATieForTheJudge() {
    List<PreferencePair> pairs =
        builder.pairs(tree(RIGHT, RIGHT, Optional.of(Verdict.reward(0.8, "terse")), GO_ON));
    assertThat(pairs).hasSize(1);
    assertThat(pairs.get(0).chosen().tokens()).isEqualTo(Chunks.ids("Y"));
    assertThat(pairs.get(0).chosen().reward()).isEqualTo(0.8);
    assertThat(pairs.get(0).rejected().reward()).isEqualTo(1);
  }

  @Test
  void badOptionsAndPairsAreRefused() {
    assertThatThrownBy(
            () -> PairOptions.builder().rewardMargin(0).preferEarlierStopOnTie(true).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("rewardMargin: expected a number in (0.0, 1.0], found 0.0");
    assertThatThrownBy(() -> answerPair("x", "x", 1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("p1")
        .hasMessageContaining("two different completions");
    assertThatThrownBy(() -> answerPair("", "x", 1, 0)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void rolesNameTheirFolders() {
    assertThat(ANSWER.folderName()).isEqualTo("answer");
    assertThat(STOP.folderName()).isEqualTo("stop");
  }

  private static PreferencePair answerPair(
      String chosen, String rejected, double chosenReward, double rejectedReward) {
    return new PreferencePair(
        ANSWER,
        Chunks.ids("Qa"),
        new RewardedCompletion(Chunks.ids(chosen), chosenReward, LogProbabilities.ofSum(-1)),
        new RewardedCompletion(Chunks.ids(rejected), rejectedReward, LogProbabilities.ofSum(-1)),
        "p1",
        1);
  }

  /** The original path is "a", "b"; its second node has the alternative "x" and maybe a flip. */
  private static RolloutTree tree(
      Verdict original, Verdict alternative, Optional<Verdict> flipped, StopDecision decision) {
    PartialAnswer prefix = Chunks.answer(PROBLEM, "a");
    PartialAnswer output = prefix.append(Chunks.of("b"));
    PartialAnswer flippedEnd = decision.stop() ? output.append(Chunks.of("c")) : output;
    OutputNode node =
        new OutputNode(
            1,
            prefix,
            output,
            decision,
            List.of(branch(prefix.append(Chunks.of("x")), alternative, STOPS)),
            flipped.map(verdict -> branch(flippedEnd, verdict, decision.flipped())));
    return new RolloutTree(PROBLEM, branch(output, original, decision), List.of(node));
  }

  private static Branch branch(PartialAnswer answer, Verdict verdict, StopDecision decision) {
    return new Branch(
        answer, Collections.nCopies(answer.depth(), decision), FinishReason.STOPPED, verdict);
  }
}
