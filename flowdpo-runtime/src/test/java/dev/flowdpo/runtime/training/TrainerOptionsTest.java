package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Schedule;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TrainerOptionsTest {
  @Test
  void paperPresetIsThePapers() {
    TrainerOptions paper = TrainerOptions.paper();
    assertThat(paper.learningRate()).isEqualTo(2e-4);
    assertThat(paper.examplesPerStep()).isEqualTo(32);
    assertThat(paper.warmupShare()).isEqualTo(0.1);
    assertThat(paper.lora().rank()).isEqualTo(16);
    assertThat(paper.lora().alpha()).isEqualTo(16);
    assertThat(paper.epochs()).isEqualTo(3);
    assertThat(paper.toBuilder().build()).isEqualTo(paper);
  }

  @Test
  void theRateRisesAndThenFollowsItsDecay() {
    TrainerOptions linear = TrainerOptions.builder().learningRate(1).warmupShare(0.2).build();
    TrainerOptions cosine = linear.toBuilder().schedule(Schedule.COSINE).build();
    TrainerOptions constant = linear.toBuilder().schedule(Schedule.CONSTANT).build();
    assertThat(List.of(linear, cosine, constant))
        .allSatisfy(
            options -> {
              assertThat(options.learningRate(0, 10)).isEqualTo(0.5);
              assertThat(options.learningRate(1, 10)).isEqualTo(1);
              assertThat(options.learningRate(2, 10)).isEqualTo(1);
            });
    assertThat(linear.learningRate(6, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(linear.learningRate(9, 10)).isCloseTo(0.125, within(1e-12));
    assertThat(cosine.learningRate(6, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(cosine.learningRate(4, 10))
        .isCloseTo(0.5 + 0.5 * Math.cos(Math.PI / 4), within(1e-12));
    assertThat(constant.learningRate(9, 10)).isEqualTo(1);
  }

  @Property
  void anEpochSeesEveryExampleOnce(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 90) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 5) int batch,
      @ForAll boolean grouped,
      @ForAll long seed) {
    TrainerOptions options =
        TrainerOptions.builder()
            .batch(batch)
            .accumulation(2)
            .groupByLength(grouped)
            .seed(seed)
            .build();
    TrainingPlan plan = new TrainingPlan(lengths, options);
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Integer> seen = new ArrayList<>();
      plan.epoch(epoch).forEach(seen::addAll);
      assertThat(plan.epoch(epoch))
          .hasSize(plan.stepsPerEpoch())
          .isEqualTo(plan.epoch(epoch))
          .allSatisfy(step -> assertThat(step).hasSizeBetween(1, 2 * batch));
      assertThat(seen).hasSize(lengths.size()).doesNotHaveDuplicates();
    }
  }

  @Property
  void aProblemIsOnOneSide(
      @ForAll List<@IntRange(max = 9) Integer> examples,
      @ForAll @IntRange(max = 9) int tenths,
      @ForAll long seed) {
    ExampleSplit<Integer> split =
        ExampleSplit.of(examples, problem -> "p" + problem, tenths / 10.0, seed);
    assertThat(split.training()).noneMatch(split.heldOut()::contains);
    assertThat(split.training().size() + split.heldOut().size()).isEqualTo(examples.size());
    long problems = examples.stream().distinct().count();
    if (tenths > 0 && problems > 1) {
      assertThat(split.heldOut()).isNotEmpty();
    }
    if (problems > 0) {
      assertThat(split.training()).isNotEmpty();
    }
  }

  @Test
  void refusesValuesOutOfRange() {
    assertThatThrownBy(() -> TrainerOptions.builder().batch(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("batch");
    assertThatThrownBy(() -> TrainerOptions.builder().heldOutShare(1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("heldOutShare");
    assertThatThrownBy(() -> TrainerOptions.builder().learningRate(Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("learningRate");
  }
}
