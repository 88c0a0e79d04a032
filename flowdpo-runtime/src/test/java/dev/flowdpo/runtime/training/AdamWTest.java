package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AdamWTest {
  static List<JsonNode> runs() {
    List<JsonNode> runs = new ArrayList<>();
    Reference.read(Reference.root().resolve("adamw.json")).forEach(runs::add);
    return runs;
  }

  @ParameterizedTest
  @MethodSource("runs")
  void trajectoryEqualsPyTorch(JsonNode run) {
    INDArray parameters = vector(run.get("initial"));
    try (AdamW optimizer =
        new AdamW(
            new AdamW.Settings(
                run.get("betas").get(0).doubleValue(),
                run.get("betas").get(1).doubleValue(),
                run.get("epsilon").doubleValue(),
                run.get("weightDecay").doubleValue()),
            parameters.length())) {
      for (JsonNode step : run.get("steps")) {
        INDArray gradient = vector(step.get("gradient"));
        double norm = AdamW.clip(gradient, run.get("clipNorm").doubleValue());
        assertThat(norm).isCloseTo(step.get("gradientNorm").doubleValue(), within(1e-6));
        optimizer.step(parameters, gradient, step.get("learningRate").doubleValue());
        assertThat(parameters.toDoubleVector())
            .containsExactly(Reference.reals(step.get("parameters")), within(1e-6));
      }
      assertThat(optimizer.steps()).isEqualTo(run.get("steps").size());
    }
  }

  private static INDArray vector(JsonNode values) {
    double[] reals = Reference.reals(values);
    float[] floats = new float[reals.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) reals[i];
    }
    return Nd4j.createFromArray(floats);
  }

  @Test
  void clippingScalesDownToTheNorm() {
    INDArray gradient = Nd4j.createFromArray(3f, -4f);
    assertThat(AdamW.clip(gradient, 10)).isCloseTo(5, within(1e-6));
    assertThat(gradient.toFloatVector()).containsExactly(3, -4);
    assertThat(AdamW.clip(gradient, 1)).isCloseTo(5, within(1e-6));
    assertThat(gradient.toFloatVector()).containsExactly(new float[] {0.6f, -0.8f}, within(1e-6f));
    INDArray zero = Nd4j.createFromArray(0f, 0f);
    assertThat(AdamW.clip(zero, 1)).isZero();
    assertThat(zero.toFloatVector()).containsExactly(0, 0);
  }

  @Test
  void onlyDecayingParametersDecay() {
    INDArray parameters = Nd4j.createFromArray(2f, 2f);
    try (AdamW optimizer =
        new AdamW(new AdamW.Settings(0.9, 0.999, 1e-8, 0.5), Nd4j.createFromArray(1f, 0f))) {
      optimizer.step(parameters, Nd4j.createFromArray(0f, 0f), 0.1);
    }
    assertThat(parameters.toFloatVector()).containsExactly(new float[] {1.9f, 2}, within(1e-6f));
  }

  /** A checkpoint in the middle: the steps after it are the same to the last bit. */
  @Test
  void restoredStateGoesOnAsBefore() {
    AdamW.Settings settings = new AdamW.Settings(0.9, 0.999, 1e-8, 0.01);
    Random random = new Random(3);
    INDArray parameters = Nd4j.createFromArray(random(random));
    try (AdamW optimizer = new AdamW(settings, parameters.length());
        AdamW other = new AdamW(settings, parameters.length())) {
      for (int i = 0; i < 3; i++) {
        optimizer.step(parameters, Nd4j.createFromArray(random(random)), 0.01);
      }
      AdamW.State state = optimizer.state();
      INDArray resumed = parameters.dup();
      other.restore(state);
      assertThat(other.steps()).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        float[] gradient = random(random);
        optimizer.step(parameters, Nd4j.createFromArray(gradient), 0.01);
        other.step(resumed, Nd4j.createFromArray(gradient), 0.01);
        assertThat(resumed.toFloatVector()).isEqualTo(parameters.toFloatVector());
      }
      // The state is a copy: steps after it do not change it.
      assertThat(state.steps()).isEqualTo(3);
      assertThat(state.firstMoment()).isNotEqualTo(optimizer.state().firstMoment());
    }
  }

  private static float[] random(Random random) {
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
