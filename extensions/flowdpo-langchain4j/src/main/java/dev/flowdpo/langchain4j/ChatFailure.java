package dev.flowdpo.langchain4j;

import dev.flowdpo.SolveCancelledException;
import dev.flowdpo.SolveCancelledException.Reason;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.error.InvalidInputException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;

/** A flow's failures in LangChain4j's words, by which its users decide to ask again. */
final class ChatFailure {
  private ChatFailure() {}

  static RuntimeException of(Throwable failure) {
    if (failure instanceof InvalidInputException) {
      return new InvalidRequestException(failure.getMessage(), failure);
    }
    if (failure instanceof FlowOverloadedException) {
      return new RateLimitException(failure.getMessage(), failure);
    }
    if (failure instanceof SolveCancelledException cancelled
        && cancelled.reason() == Reason.DEADLINE) {
      return new TimeoutException(failure.getMessage(), failure);
    }
    return failure instanceof RuntimeException known ? known : new RuntimeException(failure);
  }
}
