package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairOptions;
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
    assertThat(paper.pairsPerAnswerUpdate()).isEqualTo(32);
    assertThat(paper.pairsPerStopUpdate()).isEqualTo(32);
    assertThat(paper.answerLearningRate()).isEqualTo(5e-6);
    assertThat(paper.stopLearningRate()).isEqualTo(5e-6);
    assertThat(paper.clipNorm()).isEqualTo(1);
    assertThat(paper.rank()).isEqualTo(8);
    assertThat(paper.alpha()).isEqualTo(8);
    assertThat(paper.dropout()).isEqualTo(0.05);
    assertThat(paper.updates()).isTrue();
    assertThat(paper.verifierTimeLimit()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void everySettingArrivesAndNoOtherMoves() {
    LearnerOptions changed =
        LearnerOptions.builder()
            .pairsPerAnswerUpdate(1)
            .pairsPerStopUpdate(2)
            .problemsPerGroup(3)
            .rolloutsPerNode(4)
            .answerLearningRate(5)
            .stopLearningRate(6)
            .schedule(Schedule.LINEAR)
            .warmupUpdates(7)
            .totalProblems(8)
            .clipNorm(9)
            .rank(10)
            .alpha(11)
            .dropout(0.12)
            .targetModules(List.of("q_proj"))
            .weightDecay(13)
            .adamBeta1(0.14)
            .adamBeta2(0.15)
            .adamEpsilon(16)
            .pairs(new PairOptions(0.17, false))
            .seed(18)
            .updates(false)
            .checkpointEveryProblems(19)
            .roles(EnumSet.of(AdapterRole.STOP))
            .referenceRefreshUpdates(21)
            .verifierTimeLimit(Duration.ofMillis(20))
            .build();
    assertThat(changed)
        .isEqualTo(
            new LearnerOptions(
                1,
                2,
                3,
                4,
                5,
                6,
                Schedule.LINEAR,
                7,
                8,
                9,
                10,
                11,
                0.12,
                List.of("q_proj"),
                13,
                0.14,
                0.15,
                16,
                new PairOptions(0.17, false),
                18,
                false,
                19,
                Set.of(AdapterRole.STOP),
                21,
                Duration.ofMillis(20)));
    assertThat(changed.toBuilder().build()).isEqualTo(changed);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void badValuesAreRefusedAtOnce(String name, UnaryOperator<LearnerOptionsBuilder> change) {
    LearnerOptionsBuilder builder = LearnerOptions.builder();
    assertThatThrownBy(() -> change.apply(builder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name + ": expected");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refusal("pairsPerAnswerUpdate", b -> b.pairsPerAnswerUpdate(0)),
        refusal("pairsPerStopUpdate", b -> b.pairsPerStopUpdate(0)),
        refusal("problemsPerGroup", b -> b.problemsPerGroup(0)),
        refusal("rolloutsPerNode", b -> b.rolloutsPerNode(-1)),
        refusal("answerLearningRate", b -> b.answerLearningRate(0)),
        refusal("stopLearningRate", b -> b.stopLearningRate(Double.NaN)),
        refusal("warmupUpdates", b -> b.warmupUpdates(-1)),
        refusal("totalProblems", b -> b.totalProblems(-1)),
        refusal("clipNorm", b -> b.clipNorm(0)),
        refusal("rank", b -> b.rank(0)),
        refusal("alpha", b -> b.alpha(-1)),
        refusal("dropout", b -> b.dropout(1)),
        refusal("weightDecay", b -> b.weightDecay(-1)),
        refusal("adamBeta1", b -> b.adamBeta1(1)),
        refusal("adamBeta2", b -> b.adamBeta2(-0.1)),
        refusal("adamEpsilon", b -> b.adamEpsilon(0)),
        refusal("checkpointEveryProblems", b -> b.checkpointEveryProblems(0)),
        refusal("roles", b -> b.roles(Set.of())),
        refusal("referenceRefreshUpdates", b -> b.referenceRefreshUpdates(-1)),
        refusal("verifierTimeLimit", b -> b.verifierTimeLimit(Duration.ZERO)));
  }

  @Test
  void aLinearScheduleNeedsItsHorizonInTheEnd() {
    LearnerOptionsBuilder builder = LearnerOptions.builder().schedule(Schedule.LINEAR);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("totalProblems: expected at least 1 with schedule LINEAR");
    assertThat(builder.totalProblems(500).build().schedule()).isEqualTo(Schedule.LINEAR);
  }

  private static Arguments refusal(String name, UnaryOperator<LearnerOptionsBuilder> change) {
    return Arguments.of(name, change);
  }
}
