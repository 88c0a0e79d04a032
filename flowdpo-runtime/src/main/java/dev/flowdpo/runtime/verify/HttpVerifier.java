package dev.flowdpo.runtime.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.Lists;
import dev.flowdpo.FlowException;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.internal.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.internal.BoundedBody;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has answers judged by a service: a POST of a JSON array of {@code {"id", "question", "answer",
 * "attributes", "solution"}} is answered by an array of as many {@code {"reward": 0.5, "reason":
 * "…"}} or {@code {"correct": true}} in the same order; null stands for unknown.
 *
 * <pre>{@code
 * HttpVerifier verifier = HttpVerifier.of(URI.create("https://grader.example/verify"))
 *     .header("Authorization", "Bearer " + token).build();
 * RolloutRequest request = new RolloutRequest(
 *     problems, policy, judge, verifier, FlowOptions.paper(), 1, 42);
 * }</pre>
 *
 * <p>A service that takes too long, sends too much, another status than 200 or something else gives
 * unknown verdicts for its batch, with a warning. Redirects are not followed, and nothing is asked
 * twice. Thread-safe.
 */
public final class HttpVerifier implements BatchVerifier {
  private static final Logger log = LoggerFactory.getLogger(HttpVerifier.class);

  private final HttpClient client;
  private final URI uri;
  private final Duration timeLimit;
  private final int maxBytes;
  private final int batchSize;
  private final Map<String, String> headers;
  private final AtomicInteger failures = new AtomicInteger();

  private HttpVerifier(Builder builder) {
    this.uri = builder.uri;
    this.timeLimit = builder.timeLimit;
    this.maxBytes = builder.maxBytes;
    this.batchSize = builder.batchSize;
    this.headers = Map.copyOf(builder.headers);
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeLimit)
            .build();
  }

  /**
   * Returns a builder.
   *
   * @param uri the service's address
   * @return a builder with the defaults: 30 seconds and 4 MiB for a batch of at most 256 answers
   */
  public static Builder of(URI uri) {
    return new Builder(uri);
  }

  @Override
  public List<Verdict> verifyAll(List<Attempt> attempts) {
    List<Verdict> verdicts = new ArrayList<>(attempts.size());
    for (List<Attempt> batch : Lists.partition(attempts, batchSize)) {
      verdicts.addAll(judged(batch));
    }
    return List.copyOf(verdicts);
  }

  private List<Verdict> judged(List<Attempt> batch) {
    String body =
        batch.stream()
            .map(attempt -> VerdictJson.of(attempt).toString())
            .collect(Collectors.joining(",", "[", "]"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeLimit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::setHeader);
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request.build(), info -> new BoundedBody(maxBytes));
    try {
      return verdicts(response.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS), batch.size());
    } catch (TimeoutException e) {
      response.cancel(true);
      return failed(batch, "took longer than " + timeLimit);
    } catch (ExecutionException e) {
      return failed(batch, String.valueOf(e.getCause() == null ? e : e.getCause()));
    } catch (VerdictJson.MalformedException e) {
      return failed(batch, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while " + uri + " verifies.", e);
    }
  }

  private static List<Verdict> verdicts(HttpResponse<String> response, int expected)
      throws VerdictJson.MalformedException {
    if (response.statusCode() != 200) {
      throw new VerdictJson.MalformedException(
          "expected status 200, found " + response.statusCode());
    }
    JsonNode array = VerdictJson.read(response.body());
    if (!array.isArray() || array.size() != expected) {
      throw new VerdictJson.MalformedException(
          "expected an array of "
              + expected
              + " verdicts, found "
              + VerdictJson.excerpt(response.body()));
    }
    List<Verdict> verdicts = new ArrayList<>(expected);
    for (JsonNode node : array) {
      verdicts.add(VerdictJson.verdict(node));
    }
    return verdicts;
  }

  private List<Verdict> failed(List<Attempt> batch, String reason) {
    failures.addAndGet(batch.size());
    String message = "verifier " + uri + ": " + reason;
    log.warn("Problem {} and {} more: {}", batch.get(0).problem().id(), batch.size() - 1, message);
    return Collections.nCopies(batch.size(), Verdict.failed(message));
  }

  /**
   * Returns how often the service failed.
   *
   * @return answers since this verifier was made that got no verdict for it
   */
  public int failures() {
    return failures.get();
  }

  /** Settings of an {@link HttpVerifier}. Not thread-safe. */
  public static final class Builder {
    private final URI uri;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Duration timeLimit = Duration.ofSeconds(30);
    private int maxBytes = 4 << 20;
    private int batchSize = 256;

    private Builder(URI uri) {
      String scheme = String.valueOf(uri.getScheme());
      if (!scheme.equals("http") && !scheme.equals("https")) {
        throw new InvalidInputException(
            "uri: expected an http or https address, found " + uri + ".");
      }
      this.uri = uri;
    }

    /**
     * Sets the longest that one batch may take.
     *
     * @param limit longer than zero; default 30 seconds
     * @return this
     * @throws InvalidInputException if it is not longer than zero
     */
    public Builder timeLimit(Duration limit) {
      this.timeLimit = Require.positive("timeLimit", limit);
      return this;
    }

    /**
     * Sets the longest response.
     *
     * @param bytes at least 1; default 4 MiB
     * @return this
     * @throws InvalidInputException if it is below 1
     */
    public Builder maxBytes(int bytes) {
      this.maxBytes = Require.atLeast(1, "maxBytes", bytes);
      return this;
    }

    /**
     * Sets how many answers one request holds at most.
     *
     * @param size at least 1; default 256
     * @return this
     * @throws InvalidInputException if it is below 1
     */
    public Builder batchSize(int size) {
      this.batchSize = Require.atLeast(1, "batchSize", size);
      return this;
    }

    /**
     * Adds a header to every request.
     *
     * @param name its name
     * @param value its value
     * @return this
     */
    public Builder header(String name, String value) {
      headers.put(name, value);
      return this;
    }

    /**
     * Returns the verifier.
     *
     * @return the verifier
     */
    public HttpVerifier build() {
      return new HttpVerifier(this);
    }
  }
}
