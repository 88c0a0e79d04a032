package dev.flowdpo.cli.options;

import dev.flowdpo.learning.Schedule;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of training an adapter on a file of examples. Not thread-safe. */
public final class TrainerChoice {
  @Option(
      names = "--preset",
      paramLabel = "paper|model",
      converter = PresetConverter.class,
      description =
          "paper: the values of Flow-DPO (arXiv 2410.22304); model: those measured for the bundled"
              + " model. The options below change single ones. Default: model for the bundled"
              + " model, paper for others.")
  private Optional<Preset> preset = Optional.empty();

  @Option(names = "--epochs", paramLabel = "N", description = "How often all examples are seen.")
  private Optional<Integer> epochs = Optional.empty();

  @Option(names = "--learning-rate", paramLabel = "R", description = "The highest learning rate.")
  private Optional<Double> learningRate = Optional.empty();

  @Option(
      names = "--decay",
      paramLabel = "constant|linear|cosine",
      converter = DecayConverter.class,
      description = "How the rate goes on after the warm-up.")
  private Optional<Schedule> decay = Optional.empty();

  @Option(
      names = "--warmup",
      paramLabel = "S",
      description = "Share of all steps over which the rate rises, in [0, 1].")
  private Optional<Double> warmup = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "How many examples go through the model together.")
  private Optional<Integer> batch = Optional.empty();

  @Option(names = "--accumulation", paramLabel = "N", description = "How many batches make a step.")
  private Optional<Integer> accumulation = Optional.empty();

  @Option(names = "--rank", paramLabel = "N", description = "Rank of a fresh adapter.")
  private Optional<Integer> rank = Optional.empty();

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "LoRA's alpha of a fresh adapter; its output is scaled by alpha / rank.")
  private Optional<Double> alpha = Optional.empty();

  @Option(
      names = "--validation-share",
      paramLabel = "S",
      description =
          "Share of the problems whose examples are not trained on but measure when to stop, in"
              + " [0, 1).")
  private Optional<Double> validationShare = Optional.empty();

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "Stop after so many measurements without a lower loss on those; 0 goes on to the end.")
  private Optional<Integer> patience = Optional.empty();

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between two checkpoints.")
  private Optional<Integer> checkpointEvery = Optional.empty();

  /** Where the values come from that are not given. */
  enum Preset {
    PAPER,
    MODEL
  }

  /** Reads a preset by its name. */
  static final class PresetConverter extends TextConverter<Preset> {
    PresetConverter() {
      super(Preset.values());
    }
  }

  /** Reads a decay by its name. */
  static final class DecayConverter extends TextConverter<Schedule> {
    DecayConverter() {
      super(Schedule.values());
    }
  }

  /** Says whether the values of the paper are asked for. */
  public boolean paper(boolean bundledModel) {
    return preset.orElse(bundledModel ? Preset.MODEL : Preset.PAPER) == Preset.PAPER;
  }

  /**
   * Returns the options.
   *
   * @param defaults for what is not given
   */
  public TrainerOptions options(TrainerOptions defaults, long seed) {
    TrainerOptions.Builder options = defaults.toBuilder().seed(seed);
    epochs.ifPresent(options::epochs);
    learningRate.ifPresent(options::learningRate);
    decay.ifPresent(options::schedule);
    warmup.ifPresent(options::warmupShare);
    batch.ifPresent(options::batch);
    accumulation.ifPresent(options::accumulation);
    rank.ifPresent(r -> options.lora(lora -> lora.rank(r)));
    alpha.ifPresent(a -> options.lora(lora -> lora.alpha(a)));
    validationShare.ifPresent(options::heldOutShare);
    patience.ifPresent(options::patience);
    checkpointEvery.ifPresent(options::checkpointEvery);
    return options.build();
  }
}
