package dev.flowdpo.preference;

import static dev.flowdpo.preference.AdapterRole.ANSWER;
import static dev.flowdpo.preference.AdapterRole.STOP;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The rules on a tree with two nodes, "ab" and "cd", an alternative and a flip at each of them. */
class PairRuleTest {
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

  @Property(tries = 300)
  void contrastsAreThoseOfThePairBuilder(
      @ForAll @Size(5) List<@IntRange(max = 2) Integer> verdicts,
      @ForAll boolean preferEarlierStop) {
    PairOptions options =
        PairOptions.builder().rewardMargin(0.5).preferEarlierStopOnTie(preferEarlierStop).build();
    RolloutTree tree = tree(verdicts.stream().map(PairRuleTest::verdict).toList());
    assertThat(PairRule.contrasts(options).pairs(tree, TOKENS))
        .isEqualTo(new PairBuilder(options, TOKENS).pairs(tree));
  }

  @Property(tries = 300)
  void successesAreThePartsOfTheCorrectTracesFromTheirForksOn(
      @ForAll @Size(5) List<@IntRange(max = 2) Integer> verdicts) {
    // Each branch's own chunks and decisions, written down by hand: prompt, then completion.
    List<List<String>> own =
        List.of(
            List.of("Q>ab", "Sab>N", "Qab>cd", "Sabcd>Y"),
            List.of("Q>x", "Sx>Y"),
            List.of("Sab>Y"),
            List.of("Qab>yz", "Sabyz>N", "Qabyz>w", "Sabyzw>Y"),
            List.of("Sabcd>N", "Qabcd>e", "Sabcde>Y"));
    List<String> expected = new ArrayList<>();
    for (int branch = 0; branch < own.size(); branch++) {
      if (verdicts.get(branch) == 1) {
        expected.addAll(own.get(branch));
      }
    }
    List<PreferencePair> pairs =
        PairRule.successes()
            .pairs(tree(verdicts.stream().map(PairRuleTest::verdict).toList()), TOKENS);
    assertThat(pairs).map(PairRuleTest::shown).containsExactlyInAnyOrderElementsOf(expected);
    for (PreferencePair pair : pairs) {
      boolean answer = text(pair.prompt()).startsWith("Q");
      assertThat(pair.role()).isEqualTo(answer ? ANSWER : STOP);
      assertThat(pair.rejected().tokens()).isNotEqualTo(pair.chosen().tokens());
      assertThat(pair.problemId()).isEqualTo("p1");
      assertThat(pair.chosen().reward()).isEqualTo(1);
    }
  }

  @Property(tries = 100)
  void ownSuccessesAreThePartsOfTheFlowsOwnTraceAlone(
      @ForAll @Size(5) List<@IntRange(max = 2) Integer> verdicts) {
    List<PreferencePair> pairs =
        PairRule.ownSuccesses()
            .pairs(tree(verdicts.stream().map(PairRuleTest::verdict).toList()), TOKENS);
    if (verdicts.get(0) == 1) {
      assertThat(pairs)
          .map(PairRuleTest::shown)
          .containsExactlyInAnyOrder("Q>ab", "Sab>N", "Qab>cd", "Sabcd>Y");
    } else {
      assertThat(pairs).isEmpty();
    }
  }

  @Example
  void theStandInOfAChunkIsItWithoutItsLastTokenOrItsOnlyTokenTwice() {
    List<PreferencePair> pairs =
        PairRule.successes()
            .pairs(
                tree(
                    List.of(
                        Verdict.of(true),
                        Verdict.of(true),
                        Verdict.of(false),
                        Verdict.of(false),
                        Verdict.unknown("no key"))),
                TOKENS);
    assertThat(pairs)
        .map(pair -> text(pair.chosen().tokens()) + "/" + text(pair.rejected().tokens()))
        .containsExactlyInAnyOrder("ab/a", "N/Y", "cd/c", "Y/N", "x/xx", "Y/N");
  }

  @Example
  void aTreeWithoutACorrectTraceGivesNothingToImitate() {
    Verdict wrong = Verdict.of(false);
    assertThat(PairRule.successes().pairs(tree(List.of(wrong, wrong, wrong, wrong, wrong)), TOKENS))
        .isEmpty();
  }

  @Example
  void aPairTellsTheNodeThatItComesFrom() {
    Verdict wrong = Verdict.of(false);
    List<PreferencePair> pairs =
        PairRule.successes()
            .pairs(tree(List.of(wrong, wrong, wrong, Verdict.of(true), wrong)), TOKENS);
    assertThat(pairs)
        .map(pair -> shown(pair) + " " + pair.node())
        .containsExactlyInAnyOrder("Qab>yz 1", "Sabyz>N 1", "Qabyz>w 2", "Sabyzw>Y 2");
  }

  @Property(tries = 100)
  void anotherRulesPaceChangesNoPair(@ForAll @Size(5) List<@IntRange(max = 2) Integer> verdicts) {
    RolloutTree tree = tree(verdicts.stream().map(PairRuleTest::verdict).toList());
    PairRule pace = PairRule.contrasts(PairOptions.defaults());
    PairRule paced = PairRule.successes().atThePaceOf(pace);
    assertThat(paced.pairs(tree, TOKENS)).isEqualTo(PairRule.successes().pairs(tree, TOKENS));
    assertThat(paced.pace()).contains(pace);
    assertThat(PairRule.successes().pace()).isEmpty();
  }

  private static Verdict verdict(int kind) {
    return switch (kind) {
      case 0 -> Verdict.of(false);
      case 1 -> Verdict.of(true);
      default -> Verdict.unknown("no key");
    };
  }

  private static String shown(PreferencePair pair) {
    return text(pair.prompt()) + ">" + text(pair.chosen().tokens());
  }

  private static String text(TokenIds ids) {
    StringBuilder text = new StringBuilder();
    ids.forEach(id -> text.append((char) id));
    return text.toString();
  }

  /** Verdicts of the original, then of each node's alternative and flip. */
  private static RolloutTree tree(List<Verdict> verdicts) {
    PartialAnswer start = PartialAnswer.start(PROBLEM);
    PartialAnswer first = start.append(Chunks.of("ab"));
    PartialAnswer second = first.append(Chunks.of("cd"));
    Branch original = branch(second, verdicts.get(0), GO_ON, STOPS);
    OutputNode node0 =
        new OutputNode(
            0,
            start,
            first,
            GO_ON,
            List.of(branch(start.append(Chunks.of("x")), verdicts.get(1), STOPS)),
            Optional.of(branch(first, verdicts.get(2), STOPS)));
    PartialAnswer other = first.append(Chunks.of("yz")).append(Chunks.of("w"));
    OutputNode node1 =
        new OutputNode(
            1,
            first,
            second,
            STOPS,
            List.of(branch(other, verdicts.get(3), GO_ON, GO_ON, STOPS)),
            Optional.of(
                branch(second.append(Chunks.of("e")), verdicts.get(4), GO_ON, GO_ON, STOPS)));
    return new RolloutTree(PROBLEM, original, List.of(node0, node1));
  }

  private static Branch branch(PartialAnswer answer, Verdict verdict, StopDecision... decisions) {
    return new Branch(answer, List.of(decisions), FinishReason.STOPPED, verdict);
  }
}
