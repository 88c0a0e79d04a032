package dev.flowdpo.spark;

import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import java.io.Serializable;

/** A flow's options on their way to an executor. Immutable and thread-safe. */
record FlowSpec(int chunkSize, int maxChunks, double temperature, int topK, double topP, long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static FlowSpec of(FlowOptions options) {
    return new FlowSpec(
        options.chunkSize(),
        options.maxChunks(),
        options.sampling().temperature(),
        options.sampling().topK(),
        options.sampling().topP(),
        options.seed());
  }

  FlowOptions options() {
    return FlowOptions.builder()
        .chunkSize(chunkSize)
        .maxChunks(maxChunks)
        .sampling(SamplingOptions.builder().temperature(temperature).topK(topK).topP(topP).build())
        .seed(seed)
        .build();
  }
}
