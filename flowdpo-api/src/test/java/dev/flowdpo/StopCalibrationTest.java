package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StopCalibrationTest {
  private static final List<Problem> PROBLEMS =
      IntStream.range(0, 4).mapToObj(i -> Problem.of("q" + i)).toList();

  /** Ends its text with the third chunk. */
  private static final ScriptedPolicy THREE_CHUNKS =
      new ScriptedPolicy(
          request -> request.prefix().depth() == 2 ? Chunks.ending("end") : Chunks.of("step"));

  private static StopJudge judge(ToDoubleFunction<PartialAnswer> probability) {
    return partials ->
        partials.stream()
            .map(probability::applyAsDouble)
            .map(p -> new StopDecision(p >= 0.5, p))
            .toList();
  }

  private static StopCalibration calibrate(Map<String, StopJudge> judges) {
    FlowOptions options = FlowOptions.builder().chunkSize(4).maxChunks(2).build();
    return StopCalibration.of(PROBLEMS, THREE_CHUNKS, options, judges);
  }

  @Test
  void theQuestionThatTellsComesFirstWithAThresholdThatParts() {
    Map<String, StopJudge> judges = new LinkedHashMap<>();
    judges.put("coin?", judge(answer -> 0.53));
    judges.put("wrong?", judge(answer -> answer.endedBySequenceEnd() ? 0.1 : 0.9));
    judges.put("high?", judge(answer -> answer.endedBySequenceEnd() ? 0.7 : 0.6));
    judges.put("half?", judge(answer -> answer.depth() >= 2 ? 0.8 : 0.2));

    StopCalibration calibration = calibrate(judges);

    assertThat(calibration.candidates())
        .extracting(StopCalibration.Candidate::question)
        .containsExactly("high?", "half?", "coin?", "wrong?");
    StopCalibration.Candidate best = calibration.best();
    assertThat(best.discrimination()).isEqualTo(1);
    assertThat(best.threshold()).isCloseTo(0.65, within(1e-12));
    assertThat(best.accuracy()).isEqualTo(1);
    assertThat(best.finished()).isEqualTo(4);
    assertThat(best.unfinished()).isEqualTo(8);
    // Of a finished one, half of the unfinished ones have as high a probability.
    assertThat(calibration.candidates().get(1).discrimination()).isEqualTo(0.75);
    assertThat(calibration.candidates().get(2).discrimination()).isEqualTo(0.5);
    ModelOptions.Builder options = ModelOptions.builder();
    calibration.applyTo(options);
    assertThat(options.build().stopQuestion()).contains("high?");
    assertThat(options.build().stopThreshold()).isEqualTo(best.threshold());
    assertThat(options.build().undecidedMargin()).isZero();
  }

  @Test
  void whereNoQuestionTellsTheEndOfTheTextDecides() {
    StopCalibration calibration = calibrate(Map.of("coin?", judge(answer -> 0.53)));

    assertThat(calibration.best().isReliable()).isFalse();
    ModelOptions.Builder options = ModelOptions.builder();
    calibration.applyTo(options);
    assertThat(options.build().undecidedMargin()).isEqualTo(0.1);
  }

  @Test
  void answersThatAllEndAlikeAreRefused() {
    FlowOptions short2 = FlowOptions.builder().chunkSize(4).maxChunks(1).build();
    assertThatThrownBy(
            () ->
                StopCalibration.of(
                    PROBLEMS, THREE_CHUNKS, short2, Map.of("q", judge(answer -> 0.5))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 0 of 8 finished");
  }
}
