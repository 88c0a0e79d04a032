package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what {@link GpuKit} finds, and writes it. Confined to one thread. */
final class KitReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> machine = new LinkedHashMap<>();
  private final List<KitParity.Comparison> comparisons = new ArrayList<>();
  private final List<KitPlacement.Placement> placements = new ArrayList<>();
  private final List<KitLearning.Learned> learned = new ArrayList<>();
  private final List<KitFigures.Figure> figures = new ArrayList<>();
  private final Map<String, Double> peers = new LinkedHashMap<>();
  private final Map<String, Double> memory = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /** Runs a part; its error becomes part of the report. */
  void part(String name, Runnable part) {
    long begin = System.nanoTime();
    System.out.println(name + " ...");
    try {
      part.run();
    } catch (RuntimeException | LinkageError e) {
      failures.put(name, String.valueOf(e.getMessage()));
      System.out.println(name + ": " + e);
    }
    System.out.printf(Locale.ROOT, "%s: %.1f s%n", name, (System.nanoTime() - begin) / 1e9);
  }

  void machine(String name, String value) {
    machine.put(name, value);
  }

  void add(KitParity.Comparison comparison) {
    comparisons.add(comparison);
  }

  void add(KitPlacement.Placement placement) {
    placements.add(placement);
  }

  void add(KitLearning.Learned one) {
    learned.add(one);
  }

  void add(KitFigures.Figure figure) {
    figures.add(figure);
  }

  void memory(String shape, Precision precision, double megabytes) {
    memory.put(shape + " in " + precision, megabytes);
  }

  /** Takes what the peer printed: one JSON object with a value for each figure. */
  void peer(String shape, Precision precision, String printed) {
    String last = printed.lines().reduce("", (before, line) -> line.isBlank() ? before : line);
    try {
      JsonNode found = JSON.readTree(last);
      if (found == null || !found.isObject()) {
        throw new IllegalStateException("expected one JSON object, found " + last);
      }
      found
          .fields()
          .forEachRemaining(
              field ->
                  peers.put(
                      shape + " in " + precision + " " + field.getKey(),
                      field.getValue().asDouble(Double.NaN)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("expected one JSON object, found " + last, e);
    }
  }

  boolean passed() {
    return failures.isEmpty()
        && comparisons.stream().allMatch(KitParity.Comparison::passed)
        && placements.stream().allMatch(KitPlacement.Placement::passed)
        && learned.stream().allMatch(KitLearning.Learned::passed);
  }

  /** Writes {@code report.md} and {@code report.json}. */
  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("report.md"), markdown());
    Files.writeString(
        folder.resolve("report.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json()));
  }

  private String markdown() {
    StringBuilder text = new StringBuilder("# Graphics card: a run of the kit\n\n");
    text.append(LocalDate.now(ZoneOffset.UTC))
        .append(": ")
        .append(passed() ? "passed" : "**failed**");
    text.append(".\n\n");
    machine.forEach(
        (name, value) -> text.append("* ").append(name).append(": ").append(value).append("\n"));
    failures.forEach(
        (name, value) ->
            text.append("* **").append(name).append("** failed: ").append(value).append("\n"));
    if (!comparisons.isEmpty()) {
      text.append("\n## Parity with the processor in 32 bits\n\n");
      text.append(
          "| Architecture | Precision | log-probability, largest difference | gradient, relative | greedy tokens alike | |\n");
      text.append("|---|---|---:|---:|---:|---|\n");
      for (KitParity.Comparison one : comparisons) {
        text.append(
            "| %s | %s | %.2g | %.2g | %.0f %% | %s |%n"
                .formatted(
                    one.architecture(),
                    one.precision(),
                    one.logProbability(),
                    one.gradient(),
                    100 * one.sameTokens(),
                    one.passed() ? "" : "**failed**"));
      }
    }
    if (!placements.isEmpty()) {
      text.append("\n## Where operations ran, by ONNX Runtime's profile\n\n");
      for (KitPlacement.Placement one : placements) {
        text.append(
            "* %s: microseconds %s%s%n"
                    .formatted(
                        one.precision(),
                        one.microseconds(),
                        one.onProcessor().isEmpty()
                            ? ""
                            : "; on the processor " + one.onProcessor())
                + (one.passed()
                    ? ""
                    : "  **operators other than those of sizes are on the processor**\n"));
      }
    }
    if (!learned.isEmpty()) {
      text.append("\n## Learning on the bundled model\n\n");
      text.append(
          "| Precision | problems | updates | accuracy on 100 held out, before | after | s |\n|---|---:|---:|---:|---:|---:|\n");
      for (KitLearning.Learned one : learned) {
        text.append(
            "| %s | %d | %d | %.0f %% | %.0f %% | %.1f |%n"
                .formatted(
                    one.precision(),
                    one.problems(),
                    one.updates(),
                    100 * one.before(),
                    100 * one.after(),
                    one.seconds()));
      }
    }
    if (!figures.isEmpty()) {
      text.append(
              "\n## Speed\n\nTokens a second, and seconds of a DPO step of one pair; `decode:rows:prompt:tokens`, ")
          .append(
              "`prefill:tokens`, `step:tokens:scored:dropout`. The share is of what the card's memory and products alone would take ")
          .append("by the cost model, where its limits are known.\n\n");
      text.append(
          "| Shape | Precision | Figure | FlowDPO | of the limit | peer |\n|---|---|---|---:|---:|---:|\n");
      for (KitFigures.Figure one : figures) {
        Double peer = peers.get(one.shape() + " in " + one.precision() + " " + one.name());
        text.append(
            "| %s | %s | `%s` | %.4g | %s | %s |%n"
                .formatted(
                    one.shape(),
                    one.precision(),
                    one.name(),
                    one.value(),
                    Double.isNaN(one.share()) ? "" : "%.0f %%".formatted(100 * one.share()),
                    peer == null ? "" : "%.4g".formatted(peer)));
      }
      text.append("\nPeak memory, MB: ");
      List<String> peaks = new ArrayList<>();
      memory.forEach((name, value) -> peaks.add("%s %.0f".formatted(name, value)));
      text.append(String.join(", ", peaks)).append("\n");
    }
    return text.toString();
  }

  private ObjectNode json() {
    ObjectNode all = JSON.createObjectNode();
    all.put("passed", passed());
    all.set("machine", JSON.valueToTree(machine));
    all.set("failures", JSON.valueToTree(failures));
    all.set("parity", JSON.valueToTree(comparisons));
    all.set("placement", JSON.valueToTree(placements));
    all.set("learning", JSON.valueToTree(learned));
    ArrayNode speed = all.putArray("speed");
    figures.forEach(
        one -> {
          ObjectNode row = JSON.valueToTree(one);
          Double peer = peers.get(one.shape() + " in " + one.precision() + " " + one.name());
          if (peer != null) {
            row.put("peer", peer);
          }
          speed.add(row);
        });
    all.set("peakMegabytes", JSON.valueToTree(memory));
    return all;
  }
}
