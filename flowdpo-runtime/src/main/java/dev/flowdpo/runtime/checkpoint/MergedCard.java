package dev.flowdpo.runtime.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The card of a merged model: what it was made of. The base's own card speaks of another model's
 * training and accuracy; its licence goes on. Stateless.
 */
final class MergedCard {
  /** The file of a model folder's card. */
  static final String FILE = "README.md";

  private static final int MAX_BYTES = 1 << 20;
  private static final String FENCE = "---";

  private static final String TEXT =
      """
      ---
      base_model: "%s"
      library_name: transformers
      pipeline_tag: text-generation
      tags: [flowdpo, lora, merged]
      %s---
      # %s with a LoRA adapter merged in

      FlowDPO wrote this folder from the model %s and a LoRA adapter: each of the %d weights that the
      adapter is for is W + alpha / rank B A, rank %d, alpha %s; everything else is the base's. The
      adapted layers are %s.

      The base's card does not hold for this model: it answers otherwise, and has been measured by
      whoever trained the adapter or by nobody. The base's licence holds.
      """;

  private MergedCard() {}

  /**
   * {@return the card}
   *
   * @param base the base's folder, whose card says the licence
   * @throws IOException if the base's card cannot be read
   */
  static String text(Path base, AdapterWeights adapter) throws IOException {
    String name = String.valueOf(base.toAbsolutePath().normalize().getFileName());
    Set<String> layers = new TreeSet<>();
    for (String module : adapter.modules().keySet()) {
      layers.add(module.substring(module.lastIndexOf('.') + 1));
    }
    StringBuilder licence = new StringBuilder();
    licence(base.resolve(FILE)).forEach(line -> licence.append(line).append('\n'));
    return TEXT.formatted(
        name.replace("\\", "\\\\").replace("\"", "\\\""),
        licence,
        name,
        name,
        adapter.modules().size(),
        adapter.rank(),
        adapter.alpha(),
        String.join(", ", layers));
  }

  /** The lines of the licence at the head of a card; none where there is no card or no head. */
  private static List<String> licence(Path card) throws IOException {
    if (!Files.isRegularFile(card) || Files.size(card) > MAX_BYTES) {
      return List.of();
    }
    List<String> lines =
        new String(Files.readAllBytes(card), StandardCharsets.UTF_8).lines().toList();
    int end = lines.isEmpty() ? -1 : lines.subList(1, lines.size()).indexOf(FENCE);
    if (end < 0 || !lines.get(0).equals(FENCE)) {
      return List.of();
    }
    return lines.subList(1, end + 1).stream().filter(line -> line.startsWith("license")).toList();
  }
}
