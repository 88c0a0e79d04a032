package dev.flowdpo.examples;

import dev.flowdpo.InvalidInputException;
import dev.flowdpo.ModelOptions;
import dev.flowdpo.Quantization;
import dev.flowdpo.WeightPacking;
import dev.flowdpo.runtime.memory.DecodingLoad;
import dev.flowdpo.runtime.memory.TrainingLoad;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What memory is estimated for. Not thread-safe. */
final class InspectOptions {
  @Option(
      names = "--quantization",
      paramLabel = "NAME",
      defaultValue = "none",
      converter = QuantizationConverter.class,
      description = "none, int8 or int4; default: ${DEFAULT-VALUE}.")
  private Quantization quantization;

  @Option(
      names = "--packing",
      paramLabel = "NAME",
      converter = PackingConverter.class,
      description =
          "Which graphs hold a packed copy of the matrices: all, decoding or none; default:"
              + " decoding.")
  private Optional<WeightPacking> packing = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Answers that are written at once; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of a question and the answer so far; default: ${DEFAULT-VALUE}.")
  private int promptTokens;

  @Option(
      names = "--chunk-tokens",
      paramLabel = "N",
      defaultValue = "160",
      description = "Tokens of a chunk; default: ${DEFAULT-VALUE}.")
  private int chunkTokens;

  @Option(
      names = "--train-batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Preference pairs of an optimizer step; default: ${DEFAULT-VALUE}.")
  private int trainBatch;

  @Option(
      names = "--train-tokens",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Tokens of a training sequence, prompt and completion; default: ${DEFAULT-VALUE}.")
  private int trainTokens;

  @Option(
      names = "--completion-tokens",
      paramLabel = "N",
      defaultValue = "160",
      description = "Tokens of a completion; default: ${DEFAULT-VALUE}.")
  private int completionTokens;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "8",
      description = "Rank of the adapters; default: ${DEFAULT-VALUE}.")
  private int rank;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.05",
      description =
          "Dropout of the adapters, which takes masks unless it is 0; default: ${DEFAULT-VALUE}.")
  private double dropout;

  ModelOptions model() {
    ModelOptions.Builder options = ModelOptions.builder().quantization(quantization);
    packing.ifPresent(options::packing);
    return options.build();
  }

  DecodingLoad decoding() {
    return new DecodingLoad(
        OptionRange.atLeast(1, "--batch", batch),
        OptionRange.atLeast(1, "--prompt-tokens", promptTokens),
        OptionRange.atLeast(1, "--chunk-tokens", chunkTokens));
  }

  TrainingLoad training() {
    OptionRange.atLeast(1, "--completion-tokens", completionTokens);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InvalidInputException("--dropout: expected 0 to below 1, found " + dropout);
    }
    if (trainTokens <= completionTokens) {
      throw new InvalidInputException(
          "--train-tokens: expected more than the %d of --completion-tokens, found %d"
              .formatted(completionTokens, trainTokens));
    }
    return new TrainingLoad(
        OptionRange.atLeast(1, "--train-batch", trainBatch),
        trainTokens,
        completionTokens,
        dropout > 0);
  }

  int rank() {
    return OptionRange.atLeast(1, "--rank", rank);
  }

  /** Reads a precision. */
  static final class QuantizationConverter extends TextConverter<Quantization> {
    QuantizationConverter() {
      super(Quantization.values());
    }
  }

  /** Reads which graphs hold packed copies. */
  static final class PackingConverter extends TextConverter<WeightPacking> {
    PackingConverter() {
      super(WeightPacking.values());
    }
  }
}
