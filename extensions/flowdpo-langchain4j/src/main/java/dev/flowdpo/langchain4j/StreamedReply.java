package dev.flowdpo.langchain4j;

import dev.flowdpo.Cancellation;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a handler of one reply while it grows: on the solve's thread, whose listener it is. The
 * blanks at both ends of a solution are not part of its text, so those of the begin are left out,
 * and others wait for what comes after them. {@link #cancel} and {@link #ended} may be called from
 * any thread.
 */
final class StreamedReply implements FlowListener, StreamingHandle {
  private static final Logger log = LoggerFactory.getLogger(StreamedReply.class);

  private final Cancellation cancellation = new Cancellation();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final StreamingChatResponseHandler handler;
  private final String modelName;
  private String blanks = "";
  private boolean begun;

  StreamedReply(StreamingChatResponseHandler handler, String modelName) {
    this.handler = handler;
    this.modelName = modelName;
  }

  Cancellation cancellation() {
    return cancellation;
  }

  @Override
  public void cancel() {
    ended.set(true);
    cancellation.cancel();
  }

  @Override
  public boolean isCancelled() {
    return cancellation.isCancelled();
  }

  @Override
  public void onText(Problem problem, int index, String text) {
    String sure = begun ? blanks + text : text.stripLeading();
    String part = sure.stripTrailing();
    blanks = sure.substring(part.length());
    begun |= !part.isEmpty();
    if (!part.isEmpty() && !ended.get()) {
      PartialResponseContext context = new PartialResponseContext(this);
      tell(() -> handler.onPartialResponse(new PartialResponse(part), context));
    }
  }

  @Override
  public void onSolved(Solution solution) {
    if (ended.compareAndSet(false, true)) {
      tell(() -> handler.onCompleteResponse(ChatReply.of(solution, modelName)));
    }
  }

  @Override
  public void onError(Problem problem, Throwable cause) {
    if (ended.compareAndSet(false, true)) {
      fail(ChatFailure.of(cause));
    }
  }

  /** Hears that the solve is over, and tells of a failure of which nothing was heard before. */
  @Nullable Void ended(@Nullable Throwable failure) {
    if (failure != null && ended.compareAndSet(false, true)) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
      fail(ChatFailure.of(cause == null ? failure : cause));
    }
    return null;
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    try {
      handler.onError(failure);
    } catch (RuntimeException e) {
      log.warn("onError of {} failed, and is passed over", handler, e);
    }
  }
}
