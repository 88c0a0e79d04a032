package dev.flowdpo.comparison;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.verify.external.BoundedBody;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An OpenAI-compatible chat endpoint: one request, tried again where that may help. Thread-safe.
 */
final class ChatEndpoint {
  private final ChatEndpointComparerBuilder settings;
  private final HttpClient client;
  private volatile boolean reached;

  /** Whether the endpoint takes the options that not all of them know; found out by asking. */
  private volatile boolean takesOptions = true;

  ChatEndpoint(ChatEndpointComparerBuilder settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeLimit)
            .build();
  }

  /** Says that there is no reply to one request; others may have one. */
  static final class NoReplyException extends Exception {
    private static final long serialVersionUID = 1L;

    NoReplyException(String message) {
      super(message);
    }
  }

  /** What one try came to: a body, or what went wrong and how long to wait before another. */
  private record Attempt(String body, String failure, Optional<Duration> asked) {}

  /**
   * Returns the body of the reply.
   *
   * @throws NoReplyException if there is none after all tries
   * @throws FlowException if the endpoint refuses every request, or was never reached
   */
  String reply(ArrayNode messages) throws NoReplyException, InterruptedException {
    Duration wait = settings.firstWait;
    for (int left = settings.retries; ; left--) {
      Attempt attempt = attempt(messages);
      if (attempt.failure.isEmpty()) {
        return attempt.body;
      }
      Duration pause = attempt.asked.orElse(wait);
      if (left == 0 || pause.compareTo(settings.longestWait) > 0) {
        String asks = left == 0 ? "" : ", which asks for a wait of " + pause.toSeconds() + " s";
        if (!reached) {
          throw new FlowException(
              "Comparer %s: expected an endpoint that answers, found %s; check the address"
                  .formatted(this, attempt.failure));
        }
        throw new NoReplyException(attempt.failure + asks);
      }
      Thread.sleep(pause.toMillis());
      Duration doubled = wait.multipliedBy(2);
      wait = doubled.compareTo(settings.longestWait) > 0 ? settings.longestWait : doubled;
    }
  }

  private Attempt attempt(ArrayNode messages) throws NoReplyException, InterruptedException {
    boolean withOptions = takesOptions;
    CompletableFuture<HttpResponse<String>> sent =
        client.sendAsync(
            request(messages, withOptions), info -> new BoundedBody(settings.maxBytes));
    try {
      // The request's own time limit ends with the headers; a body may still trickle in.
      HttpResponse<String> response =
          sent.get(settings.timeLimit.toMillis(), TimeUnit.MILLISECONDS);
      reached = true;
      if (response.statusCode() == 400 && withOptions) {
        takesOptions = false;
        return attempt(messages);
      }
      return attempt(response);
    } catch (TimeoutException e) {
      sent.cancel(true);
      reached = true;
      return failed("no reply within " + settings.timeLimit.toMillis() + " ms");
    } catch (ExecutionException e) {
      return failed(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      sent.cancel(true);
      throw e;
    }
  }

  private HttpRequest request(ArrayNode messages, boolean withOptions) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", settings.model);
    body.set("messages", messages);
    if (withOptions) {
      body.put("temperature", 0);
      body.putObject("response_format").put("type", "json_object");
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.uri)
            .timeout(settings.timeLimit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!settings.apiKey.isEmpty()) {
      request.header("Authorization", "Bearer " + settings.apiKey);
    }
    return request.build();
  }

  private Attempt attempt(HttpResponse<String> response) throws NoReplyException {
    int status = response.statusCode();
    if (status == 200) {
      return new Attempt(response.body(), "", Optional.empty());
    }
    String found = "status " + status + ", " + withoutKey(ChatReply.excerpt(response.body()));
    if (status == 401 || status == 403 || status == 404) {
      throw new FlowException(
          "Comparer %s: expected status 200, found %s; check address, model and key"
              .formatted(this, found));
    }
    if (status == 429 || status >= 500) {
      return new Attempt("", found, retryAfter(response));
    }
    throw new NoReplyException(found);
  }

  private Attempt failed(Throwable cause) throws NoReplyException {
    if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
      reached = true;
      return failed("no reply within " + settings.timeLimit.toMillis() + " ms");
    }
    if (cause instanceof ConnectException || cause instanceof HttpTimeoutException) {
      boolean unknown = cause.getCause() instanceof UnresolvedAddressException;
      return failed(unknown ? "no host of that name" : "nobody who accepts a connection");
    }
    reached = true;
    String message = withoutKey(String.valueOf(cause.getMessage()));
    if (cause instanceof BoundedBody.TooLongException) {
      throw new NoReplyException(message);
    }
    return failed(cause instanceof IOException ? "a broken connection: " + message : message);
  }

  private static Attempt failed(String failure) {
    return new Attempt("", failure, Optional.empty());
  }

  /** The header holds seconds or a date. */
  private static Optional<Duration> retryAfter(HttpResponse<String> response) {
    Optional<String> header = response.headers().firstValue("Retry-After").map(String::strip);
    if (header.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Duration.ofSeconds(Math.max(0, Integer.parseInt(header.get()))));
    } catch (NumberFormatException notSeconds) {
      try {
        ZonedDateTime date =
            ZonedDateTime.parse(header.get(), DateTimeFormatter.RFC_1123_DATE_TIME);
        Duration left = Duration.between(ZonedDateTime.now(date.getZone()), date);
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
      } catch (DateTimeParseException notDate) {
        return Optional.empty();
      }
    }
  }

  private String withoutKey(String text) {
    return settings.apiKey.isEmpty() ? text : text.replace(settings.apiKey, "***");
  }

  /** Returns the model and the address, without the key and without a query. */
  @Override
  public String toString() {
    String address = settings.uri.getScheme() + "://" + settings.uri.getAuthority();
    return settings.model + " at " + address + settings.uri.getPath();
  }
}
