package dev.flowdpo.cli.options;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that shape a flow: its adapters, its chunks and its sampling. Not thread-safe. */
public final class FlowChoice {
  @Option(
      names = "--adapters",
      paramLabel = "DIR",
      description = "Folder with trained adapters in answer/ and stop/; default: none.")
  private Optional<Path> adapters = Optional.empty();

  @Option(
      names = "--chunk-size",
      paramLabel = "N",
      description = "The most tokens of a chunk; default: the model's.")
  private Optional<Integer> chunkSize = Optional.empty();

  @Option(
      names = "--max-chunks",
      paramLabel = "N",
      description = "The most chunks of a solution; default: the model's.")
  private Optional<Integer> maxChunks = Optional.empty();

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the likeliest token always; see the command for its default.")
  private Optional<Double> temperature = Optional.empty();

  /** Returns the folder of the adapters that were chosen. */
  public Optional<Path> adapters() {
    return adapters;
  }

  /** Returns the names of the options that were given. */
  public List<String> given() {
    Map<String, Optional<?>> options = new LinkedHashMap<>();
    options.put("--adapters", adapters);
    options.put("--chunk-size", chunkSize);
    options.put("--max-chunks", maxChunks);
    options.put("--temperature", temperature);
    return options.entrySet().stream()
        .filter(option -> option.getValue().isPresent())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Applies what was chosen but the adapters, for a flow on an engine that has them. */
  public Flow.Builder applyTo(Flow.Builder flow, AdapterFlowEngine engine) {
    return shape(flow.engine(engine));
  }

  /** Returns what tells this choice from others. */
  public String description() {
    return "adapters %s, chunks %s x %s, temperature %s"
        .formatted(text(adapters), text(chunkSize), text(maxChunks), text(temperature));
  }

  private static String text(Optional<?> value) {
    return value.map(String::valueOf).orElse("default");
  }

  private Flow.Builder shape(Flow.Builder flow) {
    chunkSize.ifPresent(flow::chunkSize);
    maxChunks.ifPresent(flow::maxChunks);
    temperature.map(SamplingOptions::of).ifPresent(flow::sampling);
    return flow;
  }

  /** Applies what was chosen; the rest stays as the builder has it. */
  public Flow.Builder applyTo(Flow.Builder flow) {
    adapters.ifPresent(flow::adapters);
    return shape(flow);
  }
}
