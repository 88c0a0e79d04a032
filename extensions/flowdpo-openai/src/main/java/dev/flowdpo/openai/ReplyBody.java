package dev.flowdpo.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The body of a reply, as text or handed on as events while it comes; given up where it is longer
 * than allowed or where an event cannot be used.
 */
final class ReplyBody implements BodySubscriber<String> {
  private final int maxBytes;
  private final Optional<EventStream> events;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private final CompletableFuture<String> body = new CompletableFuture<>();
  private @Nullable Subscription subscription;
  private long read;

  ReplyBody(int maxBytes, Optional<EventStream> events) {
    this.maxBytes = maxBytes;
    this.events = events;
  }

  /** Says that a reply is longer than allowed, which it will be again. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(int maxBytes) {
      super("a reply of more than " + maxBytes + " bytes");
    }
  }

  @Override
  public CompletionStage<String> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription opened) {
    subscription = opened;
    opened.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        read += buffer.remaining();
        if (read > maxBytes) {
          throw new TooLongException(maxBytes);
        }
        add(buffer);
      }
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void add(ByteBuffer buffer) {
    if (events.isPresent()) {
      events.get().add(buffer);
    } else {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      text.writeBytes(bytes);
    }
  }

  private void fail(Exception cause) {
    body.completeExceptionally(cause);
    if (subscription != null) {
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable error) {
    body.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    try {
      events.ifPresent(EventStream::end);
      body.complete(text.toString(StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      body.completeExceptionally(e);
    }
  }
}
