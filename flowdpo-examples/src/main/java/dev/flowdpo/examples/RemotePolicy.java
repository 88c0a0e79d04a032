package dev.flowdpo.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lets a model behind an HTTP endpoint write. It is sent {@code prompt, max_tokens, min_tokens,
 * temperature, top_k, top_p, seed} and replies {@code tokens, text, log_probability, end}; rename
 * the fields to those of your server. The rows of a batch are asked at the same time. Thread-safe.
 */
public final class RemotePolicy implements FlowPolicy {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI endpoint;

  /** Creates a policy that posts to this address. */
  public RemotePolicy(URI endpoint) {
    this.endpoint = endpoint;
  }

  /** Takes the address and a question; stops where the remote model ends its text. */
  public static void main(String[] arguments) {
    StopJudge atTheEnd =
        answers ->
            answers.stream()
                .map(a -> new StopDecision(a.endedBySequenceEnd(), a.endedBySequenceEnd() ? 1 : 0))
                .toList();
    RemotePolicy remote = new RemotePolicy(URI.create(arguments[0]));
    try (Flow flow = Flow.builder().policy(remote).judge(atTheEnd).build()) { // needs no engine
      System.out.println(flow.solve(arguments[1]).text());
    }
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    List<CompletableFuture<Chunk>> chunks = requests.stream().map(this::ask).toList();
    try {
      return chunks.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw new FlowException("The model at " + endpoint + " failed: " + e.getCause(), e);
    }
  }

  private CompletableFuture<Chunk> ask(ChunkRequest request) {
    String body =
        JSON.createObjectNode()
            .put("prompt", request.prefix().problem().question() + "\n" + request.prefix().text())
            .put("max_tokens", request.maxTokens())
            // After a "go on" the end of the text must not come first.
            .put("min_tokens", request.prefix().endedBySequenceEnd() ? 1 : 0)
            .put("temperature", request.sampling().temperature())
            .put("top_k", request.sampling().topK())
            .put("top_p", request.sampling().topP())
            .put("seed", request.seed())
            .toString();
    HttpRequest post =
        HttpRequest.newBuilder(endpoint).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    return client
        .sendAsync(post, HttpResponse.BodyHandlers.ofString())
        .thenApply(RemotePolicy::chunk);
  }

  private static Chunk chunk(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new FlowException("expected status 200, found " + response.statusCode());
    }
    try {
      JsonNode reply = JSON.readTree(response.body());
      TokenIds.Builder tokens = TokenIds.builder();
      reply.path("tokens").forEach(token -> tokens.add(token.intValue()));
      return Chunk.of(
          tokens.build(),
          reply.path("text").asText(),
          reply.path("log_probability").asDouble(),
          reply.path("end").asBoolean());
    } catch (IOException e) {
      throw new FlowException("expected JSON, found: " + response.body(), e);
    }
  }
}
