package dev.flowdpo.openai;

import dev.flowdpo.openai.FailedTryException.Help;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for one chunk, again where that may help, within a time limit that begins with the first
 * request. Nothing waits: each step runs on the thread that ended the one before. Thread-safe.
 */
final class ChunkCall {
  private static final Logger log = LoggerFactory.getLogger(ChunkCall.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final Endpoint endpoint;
  private final OpenAiSettings settings;
  private final ChunkRequest request;
  private final boolean streams;
  private final Consumer<String> texts;
  private final CompletableFuture<Chunk> chunk = new CompletableFuture<>();
  private volatile @Nullable CompletableFuture<?> exchange;
  private volatile String shown = "";
  private volatile String lastFailure = "";
  private volatile long deadline;

  /**
   * @param texts gets the text so far whenever there is more of it, where the reply is streamed
   */
  ChunkCall(Endpoint endpoint, ChunkRequest request, boolean streams, Consumer<String> texts) {
    this.endpoint = endpoint;
    this.settings = endpoint.settings();
    this.request = request;
    this.streams = streams;
    this.texts = texts;
    CompletableFuture<Chunk> unused =
        chunk.whenComplete(
            (written, failure) -> {
              CompletableFuture<?> open = exchange;
              if (open != null) {
                open.cancel(true);
              }
            });
  }

  /** Returns the chunk, or a {@link FailedTryException}, a timeout or a cancellation. */
  CompletableFuture<Chunk> chunk() {
    return chunk;
  }

  /** Sends the request, unless the call was ended before. */
  void start() {
    deadline = System.nanoTime() + settings.timeLimit().toNanos();
    CompletableFuture<Chunk> unused =
        chunk.orTimeout(settings.timeLimit().toNanos(), TimeUnit.NANOSECONDS);
    attempt(0);
  }

  /** Ends the call with what there is. */
  void stop() {
    chunk.complete(Chunk.ofText(shown, false));
  }

  /** Returns what went wrong last, for the message of a timeout. */
  String lastFailure() {
    return lastFailure;
  }

  private void attempt(int tries) {
    if (chunk.isDone()) {
      return;
    }
    try {
      ReplyReader reader = new ReplyReader(settings);
      CompletableFuture<HttpResponse<String>> sent =
          endpoint.send(request, streams, data -> event(reader, data));
      exchange = sent;
      CompletableFuture<HttpResponse<String>> unused =
          sent.whenComplete((reply, failure) -> ended(tries, reader, reply, failure));
      if (chunk.isDone()) {
        sent.cancel(true);
      }
    } catch (RuntimeException e) {
      chunk.completeExceptionally(e);
    }
  }

  private void event(ReplyReader reader, String data) {
    reader.event(data);
    String text = reader.text();
    if (text.length() > shown.length() && !chunk.isDone()) {
      shown = text;
      texts.accept(text);
    }
  }

  private void ended(
      int tries,
      ReplyReader reader,
      @Nullable HttpResponse<String> reply,
      @Nullable Throwable failure) {
    if (chunk.isDone()) {
      return;
    }
    try {
      if (reply == null) {
        throw failure(failure);
      }
      chunk.complete(read(reader, reply));
    } catch (FailedTryException e) {
      again(tries, e);
    } catch (RuntimeException e) {
      chunk.completeExceptionally(e);
    }
  }

  private Chunk read(ReplyReader reader, HttpResponse<String> reply) {
    if (reply.statusCode() != 200) {
      boolean continued = !request.prefix().text().isEmpty();
      throw ErrorReply.failure(reply, settings, continued);
    }
    if (!Endpoint.isStream(reply.headers().firstValue("content-type"))) {
      reader.whole(reply.body());
    }
    return reader.chunk();
  }

  private static FailedTryException failure(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
      if (inner instanceof FailedTryException known) {
        return known;
      }
      if (inner instanceof ReplyBody.TooLongException) {
        return FailedTryException.forGood("sent " + inner.getMessage());
      }
    }
    String what =
        cause == null
            ? "without a reason"
            : cause.getClass().getSimpleName()
                + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    return cause instanceof IOException
        ? FailedTryException.passing("cannot be reached or broke off, " + what)
        : FailedTryException.forGood("failed, " + what);
  }

  private void again(int tries, FailedTryException failure) {
    lastFailure = settings.withoutSecrets(String.valueOf(failure.getMessage()));
    if (!failure.passes() || tries >= settings.retries()) {
      String often = failure.passes() && tries > 0 ? ", also when asked again" : "";
      end(failure, often);
      return;
    }
    if (!shown.isEmpty()) {
      end(failure, "; it is not asked again, since a part of its text has been shown");
      return;
    }
    Duration pause = failure.pause().orElseGet(() -> pause(tries));
    if (pause.toNanos() > deadline - System.nanoTime()) {
      end(
          failure,
          "; it is not asked again, since a wait of " + pause + " is beyond the time limit");
      return;
    }
    log.debug("{} {}; asking again in {}", settings, lastFailure, pause);
    CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> attempt(tries + 1));
  }

  private void end(FailedTryException failure, String more) {
    String message = lastFailure + more;
    Help help = failure.passes() ? Help.NOTHING : failure.help();
    chunk.completeExceptionally(new FailedTryException(help, message, Optional.empty()));
  }

  /** Doubles from try to try; spread, so that callers who were refused together come apart. */
  private Duration pause(int tries) {
    double longest =
        Math.min(
            (double) LONGEST_PAUSE.toNanos(), settings.firstPause().toNanos() * Math.pow(2, tries));
    return Duration.ofNanos((long) (longest * ThreadLocalRandom.current().nextDouble(0.75, 1)));
  }
}
