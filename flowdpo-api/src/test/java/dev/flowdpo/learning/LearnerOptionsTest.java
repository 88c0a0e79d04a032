package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.SubmissionOptions.WhenFull;
import dev.flowdpo.preference.AdapterRole;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LearnerOptionsTest {
  @Test
  void thePapersValues() {
    LearnerOptions paper = LearnerOptions.paper();
    assertThat(paper.updates().pairsPerAnswerUpdate()).isEqualTo(32);
    assertThat(paper.updates().pairsPerStopUpdate()).isEqualTo(32);
    assertThat(paper.rates().answer()).isEqualTo(5e-6);
    assertThat(paper.rates().stop()).isEqualTo(5e-6);
    assertThat(paper.optimizer().clipNorm()).isEqualTo(1);
    assertThat(paper.lora().rank()).isEqualTo(8);
    assertThat(paper.lora().alpha()).isEqualTo(8);
    assertThat(paper.lora().dropout()).isEqualTo(0.05);
    assertThat(paper.updates().enabled()).isTrue();
    assertThat(paper.rollouts().verifierTimeLimit()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void everySettingArrivesAndNoOtherMoves() {
    LearnerOptions changed =
        LearnerOptions.builder()
            .updates(updates -> updates.pairsPerAnswerUpdate(1).pairsPerStopUpdate(2))
            .updates(updates -> updates.enabled(false).referenceRefreshUpdates(21))
            .updates(updates -> updates.roles(EnumSet.of(AdapterRole.STOP)))
            .rollouts(rollouts -> rollouts.problemsPerGroup(3).rolloutsPerNode(4))
            .rollouts(rollouts -> rollouts.verifierTimeLimit(Duration.ofMillis(20)))
            .rollouts(rollouts -> rollouts.parallelVerifications(23).lag(2))
            .gate(gate -> gate.everyUpdates(24).windowProblems(25).tolerance(0.26))
            .gate(gate -> gate.refusalsBeforeReset(27).keptVersions(28))
            .submissions(s -> s.groupWait(Duration.ofMillis(29)).capacity(30).learnAgain(true))
            .submissions(s -> s.whenFull(WhenFull.REFUSE).rememberedProblems(31))
            .rates(rates -> rates.answer(5).stop(6).warmupUpdates(7))
            .rates(rates -> rates.schedule(Schedule.LINEAR).totalProblems(8))
            .optimizer(optimizer -> optimizer.clipNorm(9).weightDecay(13).skipNorm(22))
            .optimizer(optimizer -> optimizer.adamBeta1(0.14).adamBeta2(0.15).adamEpsilon(16))
            .lora(lora -> lora.rank(10).alpha(11))
            .lora(lora -> lora.dropout(0.12).targetModules(List.of("q_proj")))
            .pairs(pairs -> pairs.rewardMargin(0.17))
            .pairs(pairs -> pairs.preferEarlierStopOnTie(false))
            .seed(18)
            .checkpointEveryProblems(19)
            .build();
    assertThat(changed)
        .hasToString(
            "LearnerOptions[lora=LoraOptions[rank=10, alpha=11.0, dropout=0.12,"
                + " targetModules=[q_proj]], optimizer=OptimizerOptions[adamBeta1=0.14,"
                + " adamBeta2=0.15, adamEpsilon=16.0, weightDecay=13.0, clipNorm=9.0, skipNorm=22.0],"
                + " rates=LearningRates[answer=5.0, stop=6.0, schedule=LINEAR, warmupUpdates=7,"
                + " totalProblems=8], rollouts=RolloutOptions[problemsPerGroup=3,"
                + " rolloutsPerNode=4, verifierTimeLimit=PT0.02S,"
                + " parallelVerifications=23, lag=2],"
                + " updates=UpdateOptions[enabled=false, pairsPerAnswerUpdate=1,"
                + " pairsPerStopUpdate=2, roles=[STOP], referenceRefreshUpdates=21],"
                + " pairs=PairOptions[rewardMargin=0.17, preferEarlierStopOnTie=false],"
                + " gate=GateOptions[everyUpdates=24, windowProblems=25, tolerance=0.26,"
                + " refusalsBeforeReset=27, keptVersions=28],"
                + " submissions=SubmissionOptions[groupWait=PT0.029S, capacity=30,"
                + " whenFull=REFUSE, learnAgain=true, rememberedProblems=31],"
                + " checkpointEveryProblems=19, seed=18]");
    assertThat(changed.toBuilder().build()).isEqualTo(changed).hasSameHashCodeAs(changed);
    assertThat(changed).isNotEqualTo(LearnerOptions.paper());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void badValuesAreRefusedAtOnce(String name, UnaryOperator<LearnerOptions.Builder> change) {
    LearnerOptions.Builder builder = LearnerOptions.builder();
    assertThatThrownBy(() -> change.apply(builder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name + ": expected");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refusal("pairsPerAnswerUpdate", b -> b.updates(g -> g.pairsPerAnswerUpdate(0))),
        refusal("pairsPerStopUpdate", b -> b.updates(g -> g.pairsPerStopUpdate(0))),
        refusal("problemsPerGroup", b -> b.rollouts(g -> g.problemsPerGroup(0))),
        refusal("rolloutsPerNode", b -> b.rollouts(g -> g.rolloutsPerNode(-1))),
        refusal("answerLearningRate", b -> b.rates(g -> g.answer(0))),
        refusal("stopLearningRate", b -> b.rates(g -> g.stop(Double.NaN))),
        refusal("warmupUpdates", b -> b.rates(g -> g.warmupUpdates(-1))),
        refusal("totalProblems", b -> b.rates(g -> g.totalProblems(-1))),
        refusal("clipNorm", b -> b.optimizer(g -> g.clipNorm(0))),
        refusal("lag", b -> b.rollouts(g -> g.lag(-1))),
        refusal("lag", b -> b.rollouts(g -> g.lag(3))),
        refusal("rank", b -> b.lora(g -> g.rank(0))),
        refusal("alpha", b -> b.lora(g -> g.alpha(-1))),
        refusal("dropout", b -> b.lora(g -> g.dropout(1))),
        refusal("weightDecay", b -> b.optimizer(g -> g.weightDecay(-1))),
        refusal("adamBeta1", b -> b.optimizer(g -> g.adamBeta1(1))),
        refusal("adamBeta2", b -> b.optimizer(g -> g.adamBeta2(-0.1))),
        refusal("adamEpsilon", b -> b.optimizer(g -> g.adamEpsilon(0))),
        refusal("checkpointEveryProblems", b -> b.checkpointEveryProblems(0)),
        refusal("roles", b -> b.updates(g -> g.roles(Set.of()))),
        refusal("referenceRefreshUpdates", b -> b.updates(g -> g.referenceRefreshUpdates(-1))),
        refusal("verifierTimeLimit", b -> b.rollouts(g -> g.verifierTimeLimit(Duration.ZERO))));
  }

  @Test
  void aLinearScheduleNeedsItsHorizonInTheEnd() {
    LearningRates.Builder builder = LearningRates.builder().schedule(Schedule.LINEAR);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("totalProblems: expected at least 1 with schedule LINEAR");
    assertThat(builder.totalProblems(500).build().schedule()).isEqualTo(Schedule.LINEAR);
  }

  private static Arguments refusal(String name, UnaryOperator<LearnerOptions.Builder> change) {
    return Arguments.of(name, change);
  }
}
