package dev.flowdpo.cli.model;

import com.google.common.base.Suppliers;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
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
import java.util.function.Supplier;

/** Compares what a model needs with what there is, and says what would need less. */
final class MemoryFit {
  private final CheckpointContents contents;
  private final MemoryNeeds.Load load;
  private final long available;
  private final Supplier<Map<String, MemoryNeeds>> alternatives =
      Suppliers.memoize(this::needsOfAlternatives);

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
    List<String> less = new ArrayList<>();
    alternatives
        .get()
        .forEach(
            (change, other) -> {
              long bytes = which.apply(other).total();
              if (bytes < needed) {
                less.add(MemorySize.shown(bytes) + " with " + change);
              }
            });
    String advice = String.join(", ", less);
    return Optional.of(
        "%s needs %s%s"
            .formatted(
                use,
                MemorySize.shown(needed),
                advice.isEmpty() ? ", and nothing here makes it less" : " (" + advice + ")"));
  }

  /** Returns what the model needs with one thing changed, by the change. */
  private Map<String, MemoryNeeds> needsOfAlternatives() {
    Map<String, MemoryNeeds.Load> others = new LinkedHashMap<>();
    otherSettings().forEach((change, settings) -> others.put(change, with(settings)));
    smallerDecoding().forEach((change, decoding) -> others.put(change, with(decoding)));
    smallerTraining().forEach((change, training) -> others.put(change, with(training)));
    Map<String, MemoryNeeds> needs = new LinkedHashMap<>();
    others.forEach((change, other) -> needs.put(change, MemoryNeeds.of(contents, other)));
    return needs;
  }

  private Map<String, SessionSettings> otherSettings() {
    SessionSettings settings = load.settings();
    Map<String, SessionSettings> others = new LinkedHashMap<>();
    others.put("--packing none", settings.withPacking(WeightPacking.NONE));
    for (Quantization precision : List.of(Quantization.INT8, Quantization.INT4)) {
      others.put(
          "--quantization " + precision.name().toLowerCase(Locale.ROOT),
          settings.withQuantization(precision));
    }
    return others;
  }

  private Map<String, DecodingLoad> smallerDecoding() {
    int batch = load.decoding().batch();
    int prompt = load.decoding().promptTokens();
    int chunk = load.decoding().chunkTokens();
    Map<String, DecodingLoad> others = new LinkedHashMap<>();
    others.put("--batch " + half(batch), new DecodingLoad(half(batch), prompt, chunk));
    others.put(
        "--prompt-tokens %d --chunk-tokens %d".formatted(half(prompt), half(chunk)),
        new DecodingLoad(batch, half(prompt), half(chunk)));
    return others;
  }

  private Map<String, TrainingLoad> smallerTraining() {
    int pairs = load.training().pairs();
    int tokens = load.training().tokens();
    int completion = load.training().completionTokens();
    boolean dropout = load.training().dropout();
    Map<String, TrainingLoad> others = new LinkedHashMap<>();
    others.put(
        "--train-batch " + half(pairs), new TrainingLoad(half(pairs), tokens, completion, dropout));
    int fewer = half(completion);
    int shorter = Math.max(fewer + 1, half(tokens));
    others.put(
        "--train-tokens %d --completion-tokens %d".formatted(shorter, fewer),
        new TrainingLoad(pairs, shorter, fewer, dropout));
    others.put("--dropout 0", new TrainingLoad(pairs, tokens, completion, false));
    return others;
  }

  private MemoryNeeds.Load with(SessionSettings settings) {
    return new MemoryNeeds.Load(settings, load.rank(), load.decoding(), load.training());
  }

  private MemoryNeeds.Load with(DecodingLoad decoding) {
    return new MemoryNeeds.Load(load.settings(), load.rank(), decoding, load.training());
  }

  private MemoryNeeds.Load with(TrainingLoad training) {
    return new MemoryNeeds.Load(load.settings(), load.rank(), load.decoding(), training);
  }

  private static int half(int number) {
    return Math.max(1, number / 2);
  }
}
