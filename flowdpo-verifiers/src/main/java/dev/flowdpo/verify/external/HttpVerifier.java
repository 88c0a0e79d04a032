package dev.flowdpo.verify.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.Lists;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
 * }</pre>
 *
 * <p>A service that takes too long, sends too much, another status than 200 or something else gives
 * unknown verdicts for its batch, with a warning; a single verdict that cannot be read costs its
 * own answer only. Where the service cannot be reached, or says with status 429, 502, 503 or 504
 * that it cannot answer now, the batch is sent again after 0.2 s, then 0.4 s and so on, within the
 * time limit. Redirects are not followed. Reasons, logs and exceptions tell the address without its
 * query, which may hold a token; a user and password in it are refused, since Java would not send
 * them. Thread-safe.
 */
public final class HttpVerifier implements BatchVerifier {
  private static final Logger log = LoggerFactory.getLogger(HttpVerifier.class);
  // Overload and failures of what stands before a service, which pass.
  private static final Set<Integer> RETRIED = Set.of(429, 502, 503, 504);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final HttpClient client;
  private final URI uri;
  private final String address;
  private final Duration timeLimit;
  private final int maxBytes;
  private final int batchSize;
  private final int retries;
  private final Map<String, String> headers;
  private final AtomicInteger failures = new AtomicInteger();

  HttpVerifier(HttpVerifierBuilder builder) {
    this.uri = builder.uri;
    this.address = HttpVerifierBuilder.shown(uri);
    this.timeLimit = builder.timeLimit;
    this.maxBytes = builder.maxBytes;
    this.batchSize = builder.batchSize;
    this.retries = builder.retries;
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
   * @return a builder with the defaults: 30 seconds and 4 MiB for a batch of at most 256 answers,
   *     two retries
   * @throws dev.flowdpo.error.InvalidInputException if it is no http or https address with a host,
   *     or has a user and password
   */
  public static HttpVerifierBuilder of(URI uri) {
    return new HttpVerifierBuilder(uri);
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
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeLimit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(AttemptJson.array(batch)));
    headers.forEach(request::setHeader);
    long deadline = System.nanoTime() + timeLimit.toNanos();
    String problem = "";
    try {
      for (int attempt = 0; attempt <= retries; attempt++) {
        long pause = attempt == 0 ? 0 : FIRST_PAUSE_NANOS << (attempt - 1);
        if (System.nanoTime() + pause > deadline) {
          return failed(batch, problem + "; no time is left to ask again");
        }
        TimeUnit.NANOSECONDS.sleep(pause);
        try {
          HttpResponse<String> response = response(request.build(), deadline);
          if (!RETRIED.contains(response.statusCode())) {
            return verdicts(response, batch);
          }
          problem = "answered with status " + response.statusCode();
        } catch (ConnectException e) {
          problem = "cannot be reached: " + message(e);
        }
      }
      return failed(batch, problem + (retries == 0 ? "" : ", also when asked again"));
    } catch (TimeoutException | HttpTimeoutException e) {
      return failed(batch, "took longer than " + timeLimit);
    } catch (IOException | VerdictJson.MalformedException e) {
      return failed(batch, message(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while " + address + " verifies.", e);
    }
  }

  /** Asks once, and gives up at the deadline, which covers the body too. */
  private HttpResponse<String> response(HttpRequest request, long deadline)
      throws IOException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request, info -> new BoundedBody(maxBytes));
    try {
      return response.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    } finally {
      response.cancel(true);
    }
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private List<Verdict> verdicts(HttpResponse<String> response, List<Attempt> batch)
      throws VerdictJson.MalformedException {
    int status = response.statusCode();
    if (status != 200) {
      boolean redirect = status >= 300 && status < 400;
      throw new VerdictJson.MalformedException(
          "expected status 200, found "
              + status
              + (redirect ? "; redirects are not followed, give the final address" : ""));
    }
    JsonNode array = VerdictJson.read(response.body());
    if (!array.isArray() || array.size() != batch.size()) {
      throw new VerdictJson.MalformedException(
          "expected an array of "
              + batch.size()
              + " verdicts, found "
              + VerdictJson.excerpt(response.body()));
    }
    List<Verdict> verdicts = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      verdicts.add(verdict(batch.get(i), array.get(i)));
    }
    return verdicts;
  }

  /** A verdict that cannot be read costs its own answer only. */
  private Verdict verdict(Attempt attempt, JsonNode node) {
    try {
      return VerdictJson.verdict(node);
    } catch (VerdictJson.MalformedException e) {
      return failed(List.of(attempt), message(e)).get(0);
    }
  }

  private List<Verdict> failed(List<Attempt> batch, String reason) {
    failures.addAndGet(batch.size());
    String message = "verifier " + address + ": " + reason;
    String more = batch.size() == 1 ? "" : " and " + (batch.size() - 1) + " more";
    log.warn("Problem {}{}: {}", batch.get(0).problem().id(), more, message);
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
}
