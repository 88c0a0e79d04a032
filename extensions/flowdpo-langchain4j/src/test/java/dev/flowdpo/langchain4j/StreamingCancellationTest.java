package dev.flowdpo.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A reply that is cancelled ends after its current part, and nothing is heard of it any more. */
class StreamingCancellationTest {
  private static final int PARTS = 5;

  private final Flow flow = ScriptedChat.flow();

  @AfterEach
  void close() {
    flow.close();
  }

  /** What the contract's own test does, which waits longer for what must not come. */
  @Test
  void nothingComesAfterTheCancel() {
    StreamingChatModel model = FlowStreamingChatModel.builder().flow(flow).build();
    AtomicInteger parts = new AtomicInteger();
    AtomicReference<StreamingHandle> handle = new AtomicReference<>();

    ChatResponseAndStreamingMetadata heard =
        AbstractStreamingChatModelIT.chat(
            model,
            ChatRequest.builder().messages(UserMessage.from("Tell me a long story")).build(),
            streaming -> {
              assertThat(streaming.isCancelled()).isFalse();
              handle.set(streaming);
              if (parts.incrementAndGet() == PARTS) {
                streaming.cancel();
              }
            },
            1,
            false);

    assertThat(heard.chatResponse()).isNull();
    assertThat(heard.streamingMetadata().timesOnPartialResponseWasCalled()).isEqualTo(PARTS);
    assertThat(heard.streamingMetadata().timesOnCompleteResponseWasCalled()).isZero();
    handle.get().cancel();
    assertThat(handle.get().isCancelled()).isTrue();
    assertThat(flow.load().underWay()).isZero();
  }
}
