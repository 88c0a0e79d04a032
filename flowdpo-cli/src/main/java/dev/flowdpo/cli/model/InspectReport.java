package dev.flowdpo.cli.model;

import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.memory.DecodingLoad;
import dev.flowdpo.runtime.memory.MemoryNeeds;
import dev.flowdpo.runtime.memory.MemoryPlace;
import dev.flowdpo.runtime.memory.TrainingLoad;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints what {@code inspect} found for people. Not thread-safe. */
final class InspectReport {
  private final PrintWriter out;

  InspectReport(PrintWriter out) {
    this.out = out;
  }

  void print(Path path, InspectCommand.Result result, MemoryNeeds.Load load) {
    ModelFacts model = result.model();
    line("Model", path + ": " + model.architecture());
    line(
        "Decoder",
        String.format(
            Locale.ROOT,
            "%d layers, hidden %,d, feed-forward %,d (%s), vocabulary %,d%s%s",
            model.layers(),
            model.hidden(),
            model.feedForward(),
            model.activation(),
            model.vocabulary(),
            model.tiedEmbeddings() ? ", tied embeddings" : "",
            model.fusedProjections() ? ", fused projections" : ""));
    line(
        "Attention",
        String.format(
            Locale.ROOT,
            "%d heads, %d key and value heads, head size %d, window: %s",
            model.heads(),
            model.keyValueHeads(),
            model.headSize(),
            model.window().isEmpty() ? "none" : model.window()));
    line(
        "Positions",
        String.format(
            Locale.ROOT, "at most %,d tokens, %s", model.longestSequence(), model.rope()));
    list("Further norms", model.norms());
    list("Biases", model.biases());
    list("Soft caps", model.softCaps());
    list("Multipliers", model.multipliers());
    line("Parameters", counts(model.parameters()));
    line("Stored as", counts(model.types()));
    line("On disk", files(result.files()));
    line(
        "Text",
        (result.tokenizer() ? "tokenizer" : "no tokenizer")
            + (result.chatTemplate() ? ", chat template" : ", no chat template"));
    estimate(decoding(load.decoding()), result.decoding());
    estimate(training(load), result.training());
    out.println();
    line("Both in turn", MemorySize.shown(result.learning().bytes()) + ", as online learning does");
    line("There are", MemorySize.shown(result.memory()));
    line("Java options", javaOptions(result.learning()));
    out.flush();
  }

  private void line(String label, String text) {
    out.printf(Locale.ROOT, "%-14s %s%n", label, text);
  }

  private void list(String label, List<String> texts) {
    if (!texts.isEmpty()) {
      line(label, String.join(", ", texts));
    }
  }

  private static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(count -> String.format(Locale.ROOT, "%s %,d", count.getKey(), count.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String files(List<CheckpointContents.WeightFile> files) {
    long bytes = files.stream().mapToLong(CheckpointContents.WeightFile::bytes).sum();
    return MemorySize.shown(bytes)
        + (files.size() == 1 ? " in " + files.get(0).name() : " in " + files.size() + " shards");
  }

  private static String decoding(DecodingLoad load) {
    return String.format(
        Locale.ROOT,
        "Decoding %,d × (%,d + %,d tokens)",
        load.batch(),
        load.promptTokens(),
        load.chunkTokens());
  }

  private static String training(MemoryNeeds.Load load) {
    TrainingLoad training = load.training();
    return String.format(
        Locale.ROOT,
        "Optimizer step on %,d × 2 × %,d tokens, %,d of them scored, rank %d",
        training.pairs(),
        training.tokens(),
        training.completionTokens(),
        load.rank());
  }

  private void estimate(String title, InspectCommand.Estimate estimate) {
    out.println();
    out.println(title);
    List<InspectCommand.Part> rows = new ArrayList<>(estimate.parts());
    rows.add(new InspectCommand.Part("together", "", estimate.bytes()));
    for (InspectCommand.Part row : rows) {
      out.printf(
          Locale.ROOT,
          "  %-42s %-14s %12s%n",
          row.name(),
          row.place(),
          MemorySize.shown(row.bytes()));
    }
  }

  /** What the JVM must be allowed, from the parts that it limits. */
  private static String javaOptions(InspectCommand.Estimate estimate) {
    return String.format(
        Locale.ROOT,
        "at least -Xmx%dm -XX:MaxDirectMemorySize=%dm",
        mebibytes(estimate, MemoryPlace.HEAP),
        // Keys and values may take a quarter of it.
        mebibytes(estimate, MemoryPlace.DIRECT) * 4 / 3);
  }

  private static long mebibytes(InspectCommand.Estimate estimate, MemoryPlace place) {
    long bytes =
        estimate.parts().stream()
            .filter(part -> part.place().equals(place.description()))
            .mapToLong(InspectCommand.Part::bytes)
            .sum();
    return (bytes >> 20) + 64;
  }
}
