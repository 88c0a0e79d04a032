package dev.flowdpo.cli.model;

import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.memory.DecodingLoad;
import dev.flowdpo.runtime.memory.TrainingLoad;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What memory is estimated for. Not thread-safe. */
final class InspectOptions {
  private static final int USUAL_PROMPT = 512;
  private static final int USUAL_CHUNK = 160;

  /** More than anybody has; keeps sums of bytes within what a number holds. */
  private static final int MOST = 1_000_000;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Answers that are written at once; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      description =
          "Tokens of a question and the answer so far; default: 512, or what the model allows.")
  private Optional<Integer> promptTokens = Optional.empty();

  @Option(
      names = "--chunk-tokens",
      paramLabel = "N",
      description = "Tokens of a chunk; default: 160, or a quarter of what the model allows.")
  private Optional<Integer> chunkTokens = Optional.empty();

  @Option(
      names = "--train-batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Preference pairs of an optimizer step; default: ${DEFAULT-VALUE}.")
  private int trainBatch;

  @Option(
      names = "--train-tokens",
      paramLabel = "N",
      description =
          "Tokens of a training sequence, prompt and completion; default: 512, or what the model"
              + " allows.")
  private Optional<Integer> trainTokens = Optional.empty();

  @Option(
      names = "--completion-tokens",
      paramLabel = "N",
      description = "Tokens of a completion; default: 160, or a quarter of what the model allows.")
  private Optional<Integer> completionTokens = Optional.empty();

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

  /**
   * Returns how much is decoded at once.
   *
   * @param longest the longest sequence
   */
  DecodingLoad decoding(int longest) {
    int chunk = tokens("--chunk-tokens", chunkTokens, Math.min(USUAL_CHUNK, quarter(longest)));
    int usual = Math.max(1, Math.min(USUAL_PROMPT, longest - chunk));
    int prompt = tokens("--prompt-tokens", promptTokens, usual);
    atMost(longest, "--prompt-tokens and --chunk-tokens together", (long) prompt + chunk);
    return new DecodingLoad(count("--batch", batch), prompt, chunk);
  }

  /**
   * Returns how much an optimizer step learns from.
   *
   * @param longest the longest sequence
   */
  TrainingLoad training(int longest) {
    int completion =
        tokens("--completion-tokens", completionTokens, Math.min(USUAL_CHUNK, quarter(longest)));
    int tokens = tokens("--train-tokens", trainTokens, Math.min(USUAL_PROMPT, longest));
    atMost(longest, "--train-tokens", tokens);
    if (tokens <= completion) {
      throw new InvalidInputException(
          "--train-tokens: expected more than the %d of a completion, found %d"
              .formatted(completion, tokens));
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InvalidInputException("--dropout: expected 0 to below 1, found " + dropout);
    }
    int pairs = count("--train-batch", trainBatch);
    return new TrainingLoad(pairs, tokens, completion, dropout > 0);
  }

  private static int count(String option, int value) {
    if (value > MOST) {
      throw new InvalidInputException(
          "%s: expected at most %d, found %d".formatted(option, MOST, value));
    }
    return OptionRange.atLeast(1, option, value);
  }

  private static int quarter(int longest) {
    return Math.max(1, longest / 4);
  }

  private static int tokens(String option, Optional<Integer> given, int usual) {
    return OptionRange.atLeast(1, option, given.orElse(usual));
  }

  private static void atMost(int longest, String option, long tokens) {
    if (tokens > longest) {
      throw new InvalidInputException(
          "%s: expected at most the %d tokens of --context, or of the model, found %d"
              .formatted(option, longest, tokens));
    }
  }

  int rank() {
    return count("--rank", rank);
  }
}
