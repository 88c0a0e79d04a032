package dev.flowdpo.langchain4j;

import org.junit.jupiter.api.Tag;

/** All of the contract of streaming, with its test that waits for half a minute. */
@Tag("long")
class LongStreamingChatModelContractTest extends FlowStreamingChatModelContractTest {
  @Override
  protected boolean supportsStreamingCancellation() {
    return true;
  }
}
