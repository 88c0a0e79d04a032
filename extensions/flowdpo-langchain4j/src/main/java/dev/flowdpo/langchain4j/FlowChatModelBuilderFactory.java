package dev.flowdpo.langchain4j;

import java.util.function.Supplier;

/**
 * Puts a framework's own builder in place of {@link FlowChatModel#builder()}'s; found by {@link
 * java.util.ServiceLoader}. Thread-safe.
 */
public interface FlowChatModelBuilderFactory extends Supplier<FlowChatModelBuilder> {}
