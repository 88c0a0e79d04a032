package dev.flowdpo.langchain4j;

import java.util.function.Supplier;

/**
 * Puts a framework's own builder in place of {@link FlowStreamingChatModel#builder()}'s; found by
 * {@link java.util.ServiceLoader}. Thread-safe.
 */
public interface FlowStreamingChatModelBuilderFactory
    extends Supplier<FlowStreamingChatModelBuilder> {}
