package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;

/** Opens a Hugging Face model folder, in 4 bits, with chunks of a size that fits the model. */
public final class OwnCheckpoint {
  private OwnCheckpoint() {}

  /** Takes the folder and a question. */
  public static void main(String[] arguments) {
    System.out.println(solve(Path.of(arguments[0]), arguments[1]).text());
  }

  static Solution solve(Path folder, String question) {
    try (Flow flow =
        Flow.builder()
            .model(folder) // config.json, *.safetensors, tokenizer.json
            .modelOptions(options -> options.execution(e -> e.quantization(Quantization.INT4)))
            .chunkSize(160)
            .maxChunks(6)
            .build()) {
      return flow.solve(Problem.of(question));
    }
  }
}
