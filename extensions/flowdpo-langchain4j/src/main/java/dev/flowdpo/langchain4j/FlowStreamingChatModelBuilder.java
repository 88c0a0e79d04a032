package dev.flowdpo.langchain4j;

import dev.flowdpo.error.Require;

/** Sets up a {@link FlowStreamingChatModel}. Not thread-safe. */
public class FlowStreamingChatModelBuilder extends FlowModelBuilder<FlowStreamingChatModelBuilder> {
  private int streamEvery = 8;

  /** Creates a builder with the defaults. */
  public FlowStreamingChatModelBuilder() {}

  @Override
  final FlowStreamingChatModelBuilder self() {
    return this;
  }

  /**
   * Sets after how many tokens there is a part, at least 1; 0 for one part a chunk. By default 8:
   * smaller numbers cost speed, as {@link dev.flowdpo.SolveOptions.Builder#streamEvery} says.
   */
  public FlowStreamingChatModelBuilder streamEvery(int tokens) {
    this.streamEvery = Require.atLeast(0, "streamEvery", tokens);
    return this;
  }

  /**
   * {@return the model}
   *
   * @throws dev.flowdpo.error.InvalidInputException if there is no flow
   * @throws dev.langchain4j.exception.UnsupportedFeatureException if a default is not supported
   */
  public FlowStreamingChatModel build() {
    return new FlowStreamingChatModel(settings(), streamEvery);
  }
}
