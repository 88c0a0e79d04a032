package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.SamplingOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that shape a flow: its adapters, its chunks and its sampling. Not thread-safe. */
final class FlowChoice {
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

  /** Applies what was chosen; the rest stays as the builder has it. */
  Flow.Builder applyTo(Flow.Builder flow) {
    adapters.ifPresent(flow::adapters);
    chunkSize.ifPresent(flow::chunkSize);
    maxChunks.ifPresent(flow::maxChunks);
    temperature.map(SamplingOptions::of).ifPresent(flow::sampling);
    return flow;
  }
}
