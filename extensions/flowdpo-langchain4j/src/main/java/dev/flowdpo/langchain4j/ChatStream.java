package dev.flowdpo.langchain4j;

import dev.flowdpo.error.FlowException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One reply that is streamed, of which the thread that asked waits for the end. */
final class ChatStream implements StreamingChatResponseHandler {
  private final CompletableFuture<Optional<ChatResponse>> reply = new CompletableFuture<>();
  private final BooleanSupplier wanted;
  private final Consumer<String> texts;
  private volatile String text = "";
  private volatile @Nullable StreamingHandle handle;

  /**
   * @param texts gets the text so far whenever there is more of it
   */
  ChatStream(BooleanSupplier wanted, Consumer<String> texts) {
    this.wanted = wanted;
    this.texts = texts;
  }

  /** Returns the reply, or nothing where nobody wants it any more; see {@link #text()}. */
  Optional<ChatResponse> read(StreamingChatModel model, ChatRequest question) {
    model.chat(question, this);
    try {
      return reply.get();
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      throw new FlowException("Given up while a chat model streams.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new FlowException("A chat model failed: " + e.getCause(), e);
    }
  }

  String text() {
    return text;
  }

  @Override
  public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
    handle = context.streamingHandle();
    onPartialResponse(part.text());
  }

  @Override
  public void onPartialResponse(String part) {
    if (reply.isDone()) {
      return;
    }
    if (!wanted.getAsBoolean()) {
      cancel();
      return;
    }
    String more = text + part; // the handler is called by one thread at a time
    text = more;
    texts.accept(more);
  }

  private void cancel() {
    reply.complete(Optional.empty());
    StreamingHandle known = handle;
    if (known != null) {
      known.cancel();
    }
  }

  @Override
  public void onCompleteResponse(ChatResponse whole) {
    reply.complete(Optional.of(whole));
  }

  @Override
  public void onError(Throwable failure) {
    reply.completeExceptionally(failure);
  }
}
