package dev.flowdpo.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Groups of two nodes, "ab" and "cd", with alternatives, one of them twice. */
class GroupPairsTest {
  private static final StopDecision GO_ON = new StopDecision(false, 0.2);
  private static final StopDecision STOPS = new StopDecision(true, 0.8);
  private static final PartialAnswer ROOT = PartialAnswer.start(Problem.of("q"));

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

  private static Branch branch(PartialAnswer answer, double reward) {
    List<StopDecision> decisions =
        Stream.concat(Stream.generate(() -> GO_ON).limit(answer.depth() - 1), Stream.of(STOPS))
            .toList();
    return new Branch(answer, decisions, FinishReason.STOPPED, Verdict.reward(reward));
  }

  /** At "ab" others fare better and worse; at "cd" the other one fares alike. */
  private static RolloutTree tree() {
    PartialAnswer first = ROOT.append(Chunks.of("ab"));
    PartialAnswer second = first.append(Chunks.ending("cd"));
    Branch original = branch(second, 0.5);
    return new RolloutTree(
        ROOT.problem(),
        original,
        List.of(
            new OutputNode(
                0,
                ROOT,
                first,
                GO_ON,
                List.of(
                    branch(ROOT.append(Chunks.of("x")), 0.25),
                    branch(ROOT.append(Chunks.of("yz")), 0.75),
                    branch(ROOT.append(Chunks.of("x")), 0)),
                Optional.of(branch(first, 0.125))),
            new OutputNode(
                1,
                first,
                second,
                STOPS,
                List.of(branch(first.append(Chunks.of("e")), 0.5)),
                Optional.empty())));
  }

  private static String text(TokenIds ids) {
    StringBuilder text = new StringBuilder();
    ids.forEach(id -> text.appendCodePoint(id));
    return text.toString();
  }

  private static String shown(PreferencePair pair) {
    StringBuilder shown =
        new StringBuilder(
            "%s>%s %.3f|%s %.3f"
                .formatted(
                    text(pair.prompt()),
                    text(pair.chosen().tokens()),
                    pair.chosen().reward(),
                    text(pair.rejected().tokens()),
                    pair.rejected().reward()));
    pair.others().forEach(o -> shown.append("|%s %.3f".formatted(text(o.tokens()), o.reward())));
    return shown.toString();
  }

  @Test
  void aNodesChunksAreOneGroupAndItsDecisionsAnother() {
    assertThat(PairRule.groups(false).pairs(tree(), TOKENS))
        .map(GroupPairsTest::shown)
        .containsExactly("Q>yz 0.750|x 0.125|ab 0.500", "Sab>N 0.500|Y 0.125");
  }

  @Test
  void wholeAnswersAreOneGroupWithTheirEnds() {
    String end = text(TokenIds.of(Chunks.END));
    List<PreferencePair> groups = PairRule.groups(true).pairs(tree(), TOKENS);

    assertThat(groups)
        .map(GroupPairsTest::shown)
        .containsExactly(
            "Q>yz 0.750|x 0.125|abcd" + end + " 0.500|abe 0.500", "Sab>N 0.500|Y 0.125");
    assertThat(groups.get(0).others().get(0).sampled().sum()).hasValue(-5);
  }

  @Test
  void theMostVariedAreKept() {
    assertThat(PairRule.groups(false).mostVaried(1).pairs(tree(), TOKENS)).hasSize(2);
    PairRule everyChunk = PairRule.contrasts(PairOptions.builder().rewardMargin(0.1).build());
    List<PreferencePair> all = everyChunk.pairs(tree(), TOKENS);
    assertThat(all).hasSize(4);

    List<PreferencePair> kept = everyChunk.mostVaried(1).pairs(tree(), TOKENS);

    assertThat(kept).hasSize(2).isSubsetOf(all);
    assertThat(kept.get(0).chosen().reward() - kept.get(0).rejected().reward())
        .isCloseTo(0.5, within(1e-12));
  }
}
