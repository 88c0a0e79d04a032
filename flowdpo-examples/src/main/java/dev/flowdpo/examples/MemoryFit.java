package dev.flowdpo.examples;

import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Quantization;
import dev.flowdpo.WeightPacking;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.memory.DecodingLoad;
import dev.flowdpo.runtime.memory.MemoryEstimate;
import dev.flowdpo.runtime.memory.MemoryNeeds;
import dev.flowdpo.runtime.memory.TrainingLoad;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compares what a model needs with what there is, and says what would need less. */
final class MemoryFit {
  private final CheckpointContents contents;
  private final MemoryNeeds.Load load;
  private final long available;

  /**
   * @param available the bytes that there are
   */
  MemoryFit(CheckpointContents contents, MemoryNeeds.Load load, long available) {
    this.contents = contents;
    this.load = load;
    this.available = available;
  }

  /** Returns what does not fit, use by use with what would need less; empty where all fits. */
  Optional<InvalidInputException> problem(MemoryNeeds needs) {
    List<String> problems = new ArrayList<>();
    compare("decoding", needs, MemoryNeeds::decoding).ifPresent(problems::add);
    compare("an optimizer step", needs, MemoryNeeds::training).ifPresent(problems::add);
    if (problems.isEmpty()) {
      compare("learning online, which does both,", needs, MemoryNeeds::learning)
          .ifPresent(problems::add);
    }
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new InvalidInputException(
                "memory: expected at most %s, found that %s"
                    .formatted(MemorySize.shown(available), String.join("; and that ", problems))));
  }

  private Optional<String> compare(
      String use, MemoryNeeds needs, Function<MemoryNeeds, MemoryEstimate> which) {
    long needed = which.apply(needs).total();
    if (needed <= available) {
      return Optional.empty();
    }
    Map<String, Long> less = new LinkedHashMap<>();
    alternatives()
        .forEach(
            (change, other) -> {
              long bytes = which.apply(MemoryNeeds.of(contents, other)).total();
              if (bytes < needed) {
                less.put(change, bytes);
              }
            });
    String advice =
        less.entrySet().stream()
            .map(change -> MemorySize.shown(change.getValue()) + " with " + change.getKey())
            .collect(Collectors.joining(", "));
    return Optional.of(
        "%s needs %s%s"
            .formatted(
                use,
                MemorySize.shown(needed),
                advice.isEmpty() ? ", and nothing here makes it less" : " (" + advice + ")"));
  }

  /** Returns what could be changed, one thing at a time, and last the smallest of all. */
  private Map<String, MemoryNeeds.Load> alternatives() {
    Map<String, MemoryNeeds.Load> others = new LinkedHashMap<>();
    DecodingLoad decoding = load.decoding();
    TrainingLoad training = load.training();
    SessionSettings settings = load.settings();
    others.put(
        "--packing none", with(settings.withPacking(WeightPacking.NONE), decoding, training));
    for (Quantization precision : List.of(Quantization.INT8, Quantization.INT4)) {
      others.put(
          "--quantization " + precision.name().toLowerCase(Locale.ROOT),
          with(settings.withQuantization(precision), decoding, training));
    }
    DecodingLoad half =
        new DecodingLoad(half(decoding.batch()), decoding.promptTokens(), decoding.chunkTokens());
    others.put("--batch " + half.batch(), with(settings, half, training));
    DecodingLoad shorter =
        new DecodingLoad(
            decoding.batch(), half(decoding.promptTokens()), half(decoding.chunkTokens()));
    others.put(
        "--prompt-tokens %d --chunk-tokens %d"
            .formatted(shorter.promptTokens(), shorter.chunkTokens()),
        with(settings, shorter, training));
    TrainingLoad fewer =
        new TrainingLoad(
            half(training.pairs()),
            training.tokens(),
            training.completionTokens(),
            training.dropout());
    others.put("--train-batch " + fewer.pairs(), with(settings, decoding, fewer));
    int completion = half(training.completionTokens());
    TrainingLoad brief =
        new TrainingLoad(
            training.pairs(),
            Math.max(completion + 1, half(training.tokens())),
            completion,
            training.dropout());
    others.put(
        "--train-tokens %d --completion-tokens %d".formatted(brief.tokens(), completion),
        with(settings, decoding, brief));
    TrainingLoad undropped =
        new TrainingLoad(training.pairs(), training.tokens(), training.completionTokens(), false);
    others.put("--dropout 0", with(settings, decoding, undropped));
    SessionSettings smallest =
        settings.withQuantization(Quantization.INT4).withPacking(WeightPacking.NONE);
    others.put("--quantization int4 --packing none", with(smallest, decoding, training));
    return others;
  }

  private MemoryNeeds.Load with(
      SessionSettings settings, DecodingLoad decoding, TrainingLoad training) {
    return new MemoryNeeds.Load(settings, load.rank(), decoding, training);
  }

  private static int half(int number) {
    return Math.max(1, number / 2);
  }
}
