package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.reference.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightTrainerTest {
  private static final AdamW.Settings ADAM = new AdamW.Settings(0.9, 0.99, 1e-8, 0.1);

  static List<String> checkpoints() {
    return Reference.pretrainingNames();
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void gradientEqualsPyTorch(String name) {
    Reference reference = Reference.of(name);
    JsonNode expected = reference.json("pretraining.json");
    try (WeightTrainer trainer = trainer(reference)) {
      double loss = trainer.gradient(sequences(expected));
      assertThat(loss).isCloseTo(expected.get("loss").doubleValue(), within(1e-4));
      assertGradients(trainer, reference, expected);
    }
  }

  private static void assertGradients(
      WeightTrainer trainer, Reference reference, JsonNode expected) {
    Map<String, FloatTensor> found = trainer.gradients();
    String file = expected.get("gradients").textValue();
    try (SafetensorsFile gradients = SafetensorsFile.open(reference.folder().resolve(file))) {
      assertThat(found.keySet()).isEqualTo(gradients.tensors().keySet());
      found.forEach(
          (name, gradient) -> {
            assertThat(gradient.shape()).isEqualTo(gradients.tensor(name).shape());
            FloatBuffer wanted = gradients.floats(name);
            double error = 0;
            double norm = 0;
            for (int i = 0; i < wanted.remaining(); i++) {
              error += Math.pow(gradient.toArray()[i] - (double) wanted.get(i), 2);
              norm += Math.pow(wanted.get(i), 2);
            }
            assertThat(Math.sqrt(error / norm)).as(name).isLessThan(1e-4);
          });
    }
  }

  /** The session must not read tables whose memory the garbage collector may give away. */
  @Test
  void gradientOutlivesGarbageCollection() throws InterruptedException {
    Reference reference = Reference.of("gqa-tied");
    JsonNode expected = reference.json("pretraining.json");
    try (WeightTrainer trainer = trainer(reference)) {
      List<ByteBuffer> taken = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(20);
        for (int j = 0; j < 2000; j++) {
          ByteBuffer memory = ByteBuffer.allocateDirect(4 * 128 * 2);
          FloatBuffer floats = memory.order(ByteOrder.nativeOrder()).asFloatBuffer();
          while (floats.hasRemaining()) {
            floats.put(Float.NaN);
          }
          taken.add(memory);
        }
      }
      trainer.gradient(sequences(expected));
      assertThat(taken).isNotEmpty();
      assertGradients(trainer, reference, expected);
    }
  }

  /** One step is AdamW on the clipped gradient, with decay for matrices only. */
  @Test
  void stepFollowsTheGradient() {
    Reference reference = Reference.of("mha-untied");
    List<Completion> sequences = sequences(reference.json("pretraining.json"));
    double clipNorm = 0.5;
    double rate = 0.01;
    try (WeightTrainer trainer =
        new WeightTrainer(reference.config(), weights(reference), 128, ADAM, clipNorm)) {
      Map<String, FloatTensor> before = trainer.weights();
      double loss = trainer.gradient(sequences);
      Map<String, FloatTensor> gradients = trainer.gradients();
      double norm = 0;
      for (FloatTensor gradient : gradients.values()) {
        for (float element : gradient.toArray()) {
          norm += (double) element * element;
        }
      }
      double factor = clipNorm / (Math.sqrt(norm) + 1e-6);
      assertThat(factor).isLessThan(1);

      assertThat(trainer.step(sequences, rate)).isCloseTo(loss, within(1e-6));

      for (Map.Entry<String, FloatTensor> after : trainer.weights().entrySet()) {
        float[] old = before.get(after.getKey()).toArray();
        float[] gradient = gradients.get(after.getKey()).toArray();
        float[] moved = after.getValue().toArray();
        double decay = after.getValue().shape().length == 2 ? rate * 0.1 : 0;
        for (int i = 0; i < moved.length; i++) {
          // After one step both corrected moments are those of this gradient alone.
          double clipped = gradient[i] * factor;
          double expected =
              old[i] * (1 - decay) - rate * clipped / (Math.abs(clipped) + ADAM.epsilon());
          assertThat((double) moved[i]).as(after.getKey()).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  @Test
  void stepsLowerTheLoss() {
    Reference reference = Reference.of("gqa-tied");
    List<Completion> sequences = sequences(reference.json("pretraining.json"));
    float[] initial = WeightTrainer.initialWeights(reference.config(), 5);
    assertThat(initial).isEqualTo(WeightTrainer.initialWeights(reference.config(), 5));
    assertThat(initial).isNotEqualTo(WeightTrainer.initialWeights(reference.config(), 6));
    try (WeightTrainer trainer = new WeightTrainer(reference.config(), initial, 64, ADAM, 1)) {
      double first = trainer.step(sequences, 0.02);
      assertThat(first).isCloseTo(Math.log(reference.config().vocabularySize()), within(0.5));
      double last = first;
      for (int i = 0; i < 30; i++) {
        last = trainer.step(sequences, 0.02);
      }
      assertThat(last).isLessThan(first / 2);
      trainer.resetOptimizer();
      assertThat(trainer.step(sequences, 0.001)).isLessThan(first / 2);
    }
  }

  @Test
  void badSequencesAreRefused() {
    Reference reference = Reference.of("gqa-tied");
    try (WeightTrainer trainer =
        new WeightTrainer(reference.config(), weights(reference), 16, ADAM, 1)) {
      assertThatThrownBy(
              () -> trainer.step(List.of(new Completion(new int[] {61}, new int[] {1})), 1))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("61");
      assertThatThrownBy(() -> trainer.step(List.of(new Completion(new int[10], new int[8])), 1))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("17 tokens")
          .hasMessageContaining("at most 16");
    }
  }

  @Test
  void closesOnce() {
    Reference reference = Reference.of("gqa-tied");
    WeightTrainer trainer = trainer(reference);
    trainer.close();
    trainer.close();
    assertThatThrownBy(() -> trainer.step(List.of(new Completion(new int[1], new int[1])), 1))
        .isInstanceOf(FlowClosedException.class)
        .hasMessageContaining("closed");
  }

  private static WeightTrainer trainer(Reference reference) {
    return new WeightTrainer(reference.config(), weights(reference), 128, ADAM, 1);
  }

  private static float[] weights(Reference reference) {
    FloatBuffer weights = FloatBuffer.allocate(WeightTrainer.size(reference.config()));
    try (Checkpoint checkpoint = Checkpoint.open(reference.folder())) {
      for (String name : Checkpoint.expectedTensors(reference.config()).keySet()) {
        weights.put(checkpoint.weight(name));
      }
    }
    assertThat(weights.hasRemaining()).isFalse();
    return weights.array();
  }

  private static List<Completion> sequences(JsonNode pretraining) {
    List<Completion> sequences = new ArrayList<>();
    for (JsonNode sequence : pretraining.get("sequences")) {
      sequences.add(
          new Completion(
              Reference.integers(sequence.get("prompt")),
              Reference.integers(sequence.get("completion"))));
    }
    return sequences;
  }
}
