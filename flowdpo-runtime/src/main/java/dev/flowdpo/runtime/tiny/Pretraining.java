package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.text.TransformersFiles;
import dev.flowdpo.runtime.training.AdamW;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.LearningRateSchedule;
import dev.flowdpo.runtime.training.WeightTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Makes the bundled model: trains the tokenizer, then all weights from random ones, in stages, on
 * documents that {@link PretrainingDocuments} draws. The same stages and seed give the same model
 * on the same machine.
 *
 * <p>Not thread-safe.
 */
public final class Pretraining {
  private static final int MAX_TOKENS = 192;
  private static final int BATCH = 64;
  private static final int BATCHES_AT_ONCE = 8;
  private static final AdamW.Settings OPTIMIZER = new AdamW.Settings(0.9, 0.98, 1e-8, 0.05);

  private final List<Stage> stages;
  private final long seed;
  private final Listener listener;

  /**
   * A stage: so many steps on documents of one mix, with a fresh optimizer.
   *
   * @param name for the progress display
   * @param mix what the documents are made of
   * @param steps the number of optimizer steps of 64 documents
   * @param learningRate the peak; 30 steps of warm-up
   * @param decayShare over what share of the steps at the end the rate falls to a twentieth
   */
  public record Stage(
      String name, DocumentMix mix, int steps, double learningRate, double decayShare) {
    double learningRate(int step) {
      double left = LearningRateSchedule.left(step, steps * (1 - decayShare), steps);
      return new LearningRateSchedule(learningRate, 30, Schedule.LINEAR, 0.05).at(step, left);
    }
  }

  /** Follows the training. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Called after every step.
     *
     * @param stage the stage under way
     * @param step the step within it, from 1
     * @param loss the mean negative log-likelihood of the completions' tokens
     */
    void onStep(Stage stage, int step, double loss);
  }

  /** Trains through these stages. */
  public Pretraining(List<Stage> stages, long seed, Listener listener) {
    this.stages = List.copyOf(stages);
    this.seed = seed;
    this.listener = listener;
  }

  /**
   * Returns the stages of the bundled model: calculations up to 99 written step by step, then
   * smaller numbers, then three ways of writing a solution, then careless answers to the stop
   * question.
   */
  public static List<Stage> bundledStages() {
    DocumentMix mixed = DocumentMix.standard();
    DocumentMix steps = mixed.withStyles(1, 0, 0);
    return List.of(
        new Stage("wide numbers", steps.withProblems(ProblemMix.WIDE), 600, 3e-3, 0),
        new Stage("small numbers", steps, 900, 3e-3, 0),
        new Stage("three styles", mixed, 420, 3e-3, 0.3),
        new Stage("careless stops", mixed.withSloppiness(0.40), 150, 7e-4, 0));
  }

  /** Returns the configuration of the bundled model for a vocabulary of this size. */
  public static ModelConfig bundledConfig(int vocabulary) {
    return new ModelConfig(
        ModelConfig.LLAMA,
        vocabulary,
        128,
        4,
        4,
        2,
        32,
        352,
        10_000,
        1e-5,
        256,
        true,
        List.of(BytePairVocabulary.END_ID),
        OptionalInt.empty());
  }

  /**
   * Returns the prompts and sizes of the bundled model's flow: 6 chunks of 8 tokens, temperature 1.
   */
  public static FlowTemplates bundledTemplates() {
    return new FlowTemplates(
        TinyPrompts.PROMPT,
        TinyPrompts.STOP_QUESTION,
        TinyPrompts.YES,
        TinyPrompts.NO,
        8,
        6,
        SamplingOptions.of(1));
  }

  /**
   * Trains and writes a model folder.
   *
   * @param folder is made if it is not there; files in it are replaced
   * @throws FlowException if the folder cannot be written
   */
  public void run(Path folder) {
    BytePairVocabulary vocabulary = TinyTokenizer.train();
    ModelConfig config = bundledConfig(vocabulary.size());
    prepare(folder, config, vocabulary);
    float[] initial = WeightTrainer.initialWeights(config, seed);
    try (Tokenizer tokenizer =
            HuggingFaceTokenizers.open(folder.resolve(HuggingFaceTokenizers.FILE));
        WeightTrainer trainer = new WeightTrainer(config, initial, MAX_TOKENS, OPTIMIZER, 1)) {
      for (int i = 0; i < stages.size(); i++) {
        train(trainer, tokenizer, stages.get(i), seed * stages.size() + i);
      }
      SafetensorsWriter.write(
          folder.resolve(Checkpoint.WEIGHTS_FILE),
          trainer.weights(),
          DataType.F16,
          Map.of("format", "pt"));
    }
  }

  private void train(WeightTrainer trainer, Tokenizer tokenizer, Stage stage, long streamSeed) {
    PretrainingDocuments documents =
        new PretrainingDocuments(tokenizer::encode, BytePairVocabulary.END_ID, stage.mix());
    Iterator<PretrainingDocument> stream = documents.stream(streamSeed).iterator();
    SplittableRandom random = new SplittableRandom(streamSeed);
    trainer.resetOptimizer();
    List<List<Completion>> batches = new ArrayList<>();
    for (int step = 0; step < stage.steps(); step++) {
      if (batches.isEmpty()) {
        batches = nextBatches(stream);
      }
      List<Completion> batch = batches.remove(random.nextInt(batches.size()));
      double loss = trainer.step(batch, stage.learningRate(step));
      listener.onStep(stage, step + 1, loss);
    }
  }

  /**
   * Draws several batches and sorts their documents by length, so that little of a batch is
   * padding.
   */
  private static List<List<Completion>> nextBatches(Iterator<PretrainingDocument> stream) {
    List<Completion> documents = new ArrayList<>();
    for (int i = 0; i < BATCH * BATCHES_AT_ONCE; i++) {
      PretrainingDocument document = stream.next();
      documents.add(new Completion(document.prompt().toArray(), document.completion().toArray()));
    }
    documents.sort(
        Comparator.comparingInt(
            completion -> completion.prompt().length + completion.completion().length));
    List<List<Completion>> batches = new ArrayList<>();
    for (int i = 0; i < documents.size(); i += BATCH) {
      batches.add(List.copyOf(documents.subList(i, i + BATCH)));
    }
    return batches;
  }

  private static void prepare(Path folder, ModelConfig config, BytePairVocabulary vocabulary) {
    try {
      Files.createDirectories(folder);
      vocabulary.write(folder.resolve(HuggingFaceTokenizers.FILE));
      Files.writeString(folder.resolve(Checkpoint.CONFIG_FILE), config.toJson());
      Files.writeString(folder.resolve(FlowTemplates.FILE), bundledTemplates().toJson());
      TransformersFiles.complete(folder);
    } catch (IOException e) {
      throw new FlowException(
          folder + ": the model folder cannot be written: " + e.getMessage(), e);
    }
  }
}
