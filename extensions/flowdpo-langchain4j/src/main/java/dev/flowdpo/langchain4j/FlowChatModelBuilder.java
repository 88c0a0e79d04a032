package dev.flowdpo.langchain4j;

/** Sets up a {@link FlowChatModel}. Not thread-safe. */
public class FlowChatModelBuilder extends FlowModelBuilder<FlowChatModelBuilder> {

  /** Creates a builder with the defaults. */
  public FlowChatModelBuilder() {}

  @Override
  final FlowChatModelBuilder self() {
    return this;
  }

  /**
   * {@return the model}
   *
   * @throws dev.flowdpo.error.InvalidInputException if there is no flow
   * @throws dev.langchain4j.exception.UnsupportedFeatureException if a default is not supported
   */
  public FlowChatModel build() {
    return new FlowChatModel(settings());
  }
}
