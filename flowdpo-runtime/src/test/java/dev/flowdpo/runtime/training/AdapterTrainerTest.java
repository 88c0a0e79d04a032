package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterTrainerTest {
  private static final Reference REFERENCE = Reference.of("gqa-tied");
  private static final Consumer<LoraOptions.Builder> WITHOUT_DROPOUT = lora -> lora.dropout(0);

  private static final TrainerOptions OPTIONS =
      TrainerOptions.builder()
          .batch(4)
          .accumulation(1)
          .epochs(4)
          .learningRate(1e-2)
          .lora(lora -> lora.rank(2).alpha(2).dropout(0.1))
          .checkpointEvery(3)
          .patience(0)
          .seed(3)
          .build();

  @TempDir private Path folder;

  @Test
  void learnsCompletionsByHeart() {
    ExampleSplit<Completion> examples = new ExampleSplit<>(completions(8, 1), List.of());
    TrainerOptions options = OPTIONS.toBuilder().epochs(30).lora(WITHOUT_DROPOUT).build();
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    AdapterSnapshot initial = initial(options);

    TrainingResult result = trainer(loss, options, new Recorder()).train(initial, examples, false);

    double before = loss.evaluate(initial, examples.training()).loss();
    double after = loss.evaluate(result.adapter(), examples.training()).loss();
    assertThat(after).isLessThan(0.8 * before);
    assertThat(result.steps()).isEqualTo(60).isEqualTo(result.totalSteps());
    assertThat(result.bestStep()).isEqualTo(60);
    assertThat(result.heldOutBest()).isEmpty();
  }

  @Test
  void learnsPreferencesAndTellsWhatTrlTells() {
    List<PreferencePair> pairs = REFERENCE.pairs("pairs");
    TrainerOptions options = OPTIONS.toBuilder().epochs(20).build();
    PreferenceLoss loss =
        new PreferenceLoss(REFERENCE.base(), REFERENCE.adapter(false), DpoObjective.sigmoid(0.5));
    Recorder recorder = new Recorder();

    TrainingResult result =
        trainer(loss, options, recorder)
            .train(initial(options), new ExampleSplit<>(pairs, pairs), false);

    TrainingLoss.Figures before = recorder.heldOut.get(0);
    TrainingLoss.Figures after = loss.evaluate(result.adapter(), pairs);
    assertThat(before.loss()).isCloseTo(Math.log(2), within(1e-6));
    assertThat(before.means())
        .containsOnlyKeys(
            "rewards/chosen",
            "rewards/rejected",
            "rewards/margins",
            "rewards/accuracies",
            "logps/chosen",
            "logps/rejected")
        .containsEntry("rewards/accuracies", 0.0);
    assertThat(after.means()).containsEntry("rewards/accuracies", 1.0);
    assertThat(after.means().get("rewards/margins"))
        .isCloseTo(
            after.means().get("rewards/chosen") - after.means().get("rewards/rejected"),
            within(1e-9));
    assertThat(after.loss()).isCloseTo(result.heldOutBest().orElseThrow(), within(1e-6));
  }

  /** A step's gradient is that of its examples' mean, however they are cut into batches. */
  @Test
  void accumulationTakesTheSameSteps() {
    ExampleSplit<Completion> examples = new ExampleSplit<>(completions(16, 2), completions(4, 3));
    TrainerOptions whole = OPTIONS.toBuilder().batch(8).lora(WITHOUT_DROPOUT).build();
    TrainerOptions parts = whole.toBuilder().batch(2).accumulation(4).build();
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    Recorder first = new Recorder();
    Recorder second = new Recorder();

    trainer(loss, whole, first).train(initial(whole), examples, false);
    trainer(loss, parts, second).train(initial(parts), examples, false);

    assertThat(second.steps).hasSameSizeAs(first.steps).hasSize(8);
    for (int i = 0; i < first.steps.size(); i++) {
      assertThat(second.steps.get(i).figures().loss())
          .isCloseTo(first.steps.get(i).figures().loss(), within(1e-4));
      assertThat(second.steps.get(i).gradientNorm())
          .isCloseTo(first.steps.get(i).gradientNorm(), within(1e-3));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 8, 11, 12})
  void aTrainingThatBrokeOffEndsAsOneThatDidNot(int lastStep) {
    ExampleSplit<Completion> examples = new ExampleSplit<>(completions(11, 4), completions(3, 5));
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    Recorder whole = new Recorder();
    TrainingResult expected =
        trainer(loss, OPTIONS, whole).train(initial(OPTIONS), examples, false);
    Optional<Path> file = Optional.of(folder.resolve("trainer.safetensors"));
    TrainerListener breaking =
        new TrainerListener() {
          @Override
          public void onStep(Step step) {
            if (step.step() > lastStep) {
              throw new IllegalStateException("killed");
            }
          }
        };
    AdapterTrainer<Completion> killed = new AdapterTrainer<>(loss, OPTIONS, breaking, file);
    if (lastStep < expected.steps()) {
      assertThatThrownBy(() -> killed.train(initial(OPTIONS), examples, true)).hasMessage("killed");
    } else {
      killed.train(initial(OPTIONS), examples, true);
    }
    Recorder rest = new Recorder();

    TrainingResult found =
        new AdapterTrainer<>(loss, OPTIONS, rest, file).train(initial(OPTIONS), examples, true);

    assertThat(found.adapter().values()).isEqualTo(expected.adapter().values());
    assertThat(found).usingRecursiveComparison().ignoringFields("adapter").isEqualTo(expected);
    assertThat(rest.start).isLessThanOrEqualTo(lastStep);
    assertThat(rest.steps).isEqualTo(whole.steps.subList(rest.start, whole.steps.size()));
  }

  @Test
  void stopsWhereTheHeldOutLossNoLongerFallsAndKeepsTheBest() {
    // What is held out is noise that has nothing to do with what is learned.
    ExampleSplit<Completion> examples = new ExampleSplit<>(completions(8, 6), completions(8, 7));
    TrainerOptions options =
        OPTIONS.toBuilder().epochs(60).lora(WITHOUT_DROPOUT).patience(3).learningRate(3e-2).build();
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    Recorder recorder = new Recorder();

    TrainingResult result =
        trainer(loss, options, recorder).train(initial(options), examples, false);

    assertThat(result.stoppedEarly()).isTrue();
    assertThat(result.steps()).isEqualTo(result.bestStep() + 3 * 2);
    double lowest =
        recorder.heldOut.stream()
            .skip(1)
            .mapToDouble(TrainingLoss.Figures::loss)
            .min()
            .orElseThrow();
    assertThat(result.heldOutBest()).hasValue(lowest);
    assertThat(loss.evaluate(result.adapter(), examples.heldOut()).loss())
        .isCloseTo(lowest, within(1e-6));
  }

  @Test
  void refusesWhatCannotBeTrained() {
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    AdapterTrainer<Completion> trainer = trainer(loss, OPTIONS, new Recorder());
    ExampleSplit<Completion> outside =
        new ExampleSplit<>(List.of(new Completion(new int[] {1}, new int[] {61})), List.of());

    assertThatThrownBy(
            () -> trainer.train(initial(OPTIONS), new ExampleSplit<>(List.of(), List.of()), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least one example");
    assertThatThrownBy(() -> trainer.train(initial(OPTIONS), outside, false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("61 is outside the vocabulary");
    TrainerOptions wild = OPTIONS.toBuilder().learningRate(1e30).warmupShare(0).build();
    assertThatThrownBy(
            () ->
                trainer(loss, wild, new Recorder())
                    .train(initial(wild), new ExampleSplit<>(completions(8, 1), List.of()), false))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("lower the learning rate");
  }

  @Test
  void refusesTheCheckpointOfAnotherTraining() throws Exception {
    Path file = folder.resolve("trainer.safetensors");
    SupervisedLoss loss = new SupervisedLoss(REFERENCE.base());
    ExampleSplit<Completion> examples = new ExampleSplit<>(completions(4, 1), List.of());
    new AdapterTrainer<>(loss, OPTIONS, new Recorder(), Optional.of(file))
        .train(initial(OPTIONS), examples, false);
    TrainerOptions other = OPTIONS.toBuilder().learningRate(2e-2).build();

    assertThatThrownBy(
            () ->
                new AdapterTrainer<>(loss, other, new Recorder(), Optional.of(file))
                    .train(initial(other), examples, true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("learningRate=0.02")
        .hasMessageContaining("learningRate=0.01");
    assertThatThrownBy(
            () ->
                new AdapterTrainer<>(loss, OPTIONS, new Recorder(), Optional.of(file))
                    .train(
                        initial(OPTIONS), new ExampleSplit<>(completions(4, 2), List.of()), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("same options and data");
    Files.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(
            () ->
                new AdapterTrainer<>(loss, OPTIONS, new Recorder(), Optional.of(file))
                    .train(initial(OPTIONS), examples, true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("trainer.safetensors");
  }

  private static <E> AdapterTrainer<E> trainer(
      TrainingLoss<E> loss, TrainerOptions options, TrainerListener listener) {
    return new AdapterTrainer<>(loss, options, listener, Optional.empty());
  }

  private static AdapterSnapshot initial(TrainerOptions options) {
    return options.freshAdapter(REFERENCE.config());
  }

  private static List<Completion> completions(int count, long seed) {
    Random random = new Random(seed);
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      completions.add(
          new Completion(
              random.ints(1 + random.nextInt(9), 0, 61).toArray(),
              random.ints(1 + random.nextInt(9), 0, 61).toArray()));
    }
    return completions;
  }

  /** Keeps what it is told. */
  private static final class Recorder implements TrainerListener {
    private final List<Step> steps = new ArrayList<>();
    private final List<TrainingLoss.Figures> heldOut = new ArrayList<>();
    private int start;

    @Override
    public void onStart(int step, int totalSteps) {
      start = step;
    }

    @Override
    public void onStep(Step step) {
      steps.add(step);
    }

    @Override
    public void onHeldOut(int step, TrainingLoss.Figures figures, boolean best) {
      heldOut.add(figures);
    }
  }
}
