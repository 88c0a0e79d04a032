package dev.flowdpo.openai;

import dev.flowdpo.policy.ChunkRequest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where requests go. Thread-safe. */
final class Endpoint {
  private final OpenAiSettings settings;
  private final HttpClient client;

  Endpoint(OpenAiSettings settings) {
    this.settings = settings;
    boolean plain = "http".equalsIgnoreCase(settings.endpoint().getScheme());
    this.client =
        HttpClient.newBuilder()
            // The offer to change to HTTP/2, which Java makes without TLS, confuses some servers.
            .version(plain ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeLimit())
            .build();
  }

  OpenAiSettings settings() {
    return settings;
  }

  /**
   * Sends a request once.
   *
   * @param events gets the data of each event, on another thread, where the reply is streamed
   * @return the reply, whose body is empty where it was streamed; cancelling it ends the exchange
   */
  CompletableFuture<HttpResponse<String>> send(
      ChunkRequest request, boolean streams, Consumer<String> events) {
    String body = RequestFields.json(request, settings, streams);
    HttpRequest.Builder post =
        HttpRequest.newBuilder(settings.endpoint())
            .header("Content-Type", "application/json")
            .header("Accept", streams ? "text/event-stream" : "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    settings.headers().forEach(post::setHeader);
    return client.sendAsync(
        post.build(),
        reply ->
            new ReplyBody(
                settings.maxBytes(),
                isStream(reply) ? Optional.of(new EventStream(events)) : Optional.empty()));
  }

  /** Says whether a reply comes as events, which an endpoint may not do though it was asked to. */
  static boolean isStream(HttpResponse.ResponseInfo reply) {
    return reply.statusCode() == 200 && isStream(reply.headers().firstValue("content-type"));
  }

  static boolean isStream(Optional<String> contentType) {
    return contentType.filter(type -> type.startsWith("text/event-stream")).isPresent();
  }

  @Override
  public String toString() {
    return settings.toString();
  }
}
