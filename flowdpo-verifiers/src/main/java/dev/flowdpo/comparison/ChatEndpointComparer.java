package dev.flowdpo.comparison;

import dev.flowdpo.error.FlowException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has traces compared by a model behind any OpenAI-compatible {@code /chat/completions} endpoint.
 * Such models prefer a position: use {@link #orderSwapped()}.
 *
 * <pre>{@code
 * TraceComparer comparer = ChatEndpointComparer.of(URI.create("http://localhost:8000/v1"), "llama-3-70b")
 *     .apiKey(key).build().orderSwapped();
 * WinRate rate = WinRate.of(comparer.compare(pairs));
 * }</pre>
 *
 * <p>The environment configures it too, see {@link #fromEnvironment}. The key is sent to the
 * endpoint and shown nowhere; redirects are not followed.
 *
 * <p><b>What fails.</b> Status 429 and 5xx, time-outs and broken connections are tried again after
 * a wait that doubles, or that {@code Retry-After} asks for. What still fails then, is too large or
 * makes no sense gives an undecided comparison with the reason, so a long comparison loses nothing
 * that it has; after five of these in a row the rest of a call is undecided without being asked. An
 * endpoint that nothing can come of throws a {@link FlowException}: one that refuses the key or
 * does not know the address (401, 403, 404), and one that could never be reached.
 *
 * <p>Thread-safe; several requests of one call run side by side.
 */
public final class ChatEndpointComparer implements TraceComparer {
  /** The environment variable of the address. */
  public static final String URL = "FLOWDPO_COMPARE_URL";

  /** The environment variable of the model's name. */
  public static final String MODEL = "FLOWDPO_COMPARE_MODEL";

  /** The environment variable of the key; not needed where the endpoint asks for none. */
  public static final String API_KEY = "FLOWDPO_COMPARE_API_KEY";

  /** The environment variable of the time limit of one request, in seconds. */
  public static final String SECONDS = "FLOWDPO_COMPARE_SECONDS";

  private static final Logger log = LoggerFactory.getLogger(ChatEndpointComparer.class);
  private static final int GIVE_UP_AFTER = 5;

  private final ChatEndpoint endpoint;
  private final ChatPrompt prompt;
  private final int concurrency;

  ChatEndpointComparer(ChatEndpoint endpoint, ChatPrompt prompt, int concurrency) {
    this.endpoint = endpoint;
    this.prompt = prompt;
    this.concurrency = concurrency;
  }

  /**
   * Returns a builder.
   *
   * @param url the endpoint, with or without {@code /chat/completions} at its end
   * @param model the model's name
   * @return a builder with the defaults
   * @throws dev.flowdpo.error.InvalidInputException if the address is not one of HTTP, or the name
   *     blank
   */
  public static ChatEndpointComparerBuilder of(URI url, String model) {
    return new ChatEndpointComparerBuilder(url, model);
  }

  /**
   * Returns a builder as the environment variables {@value #URL}, {@value #MODEL}, {@value
   * #API_KEY} and {@value #SECONDS} say.
   *
   * @param environment the variables, as {@link System#getenv()} gives them
   * @return a builder, or empty where {@value #URL} is not set
   * @throws dev.flowdpo.error.InvalidInputException if the model is not set or a value is out of
   *     range
   */
  public static Optional<ChatEndpointComparerBuilder> fromEnvironment(
      Map<String, String> environment) {
    return ChatEndpointComparerBuilder.fromEnvironment(environment);
  }

  @Override
  public List<Comparison> compare(List<TracePair> pairs) {
    if (pairs.isEmpty()) {
      return List.of();
    }
    AtomicInteger failures = new AtomicInteger();
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(concurrency, pairs.size()), ChatEndpointComparer::daemon);
    try {
      List<Future<Comparison>> asked = new ArrayList<>();
      for (TracePair pair : pairs) {
        asked.add(threads.submit(() -> compared(pair, failures, stopped)));
      }
      List<Comparison> comparisons = new ArrayList<>();
      for (Future<Comparison> one : asked) {
        comparisons.add(one.get());
      }
      return List.copyOf(comparisons);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FlowException refused) {
        throw refused;
      }
      throw new FlowException("Comparer " + endpoint + " failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while " + endpoint + " compares", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private Comparison compared(TracePair pair, AtomicInteger failures, AtomicBoolean stopped)
      throws InterruptedException {
    if (stopped.get()) {
      return Comparison.undecided(
          "not asked, as " + GIVE_UP_AFTER + " requests in a row had failed");
    }
    try {
      Comparison comparison = ChatReply.comparison(endpoint.reply(prompt.messages(pair)));
      failures.set(0);
      return comparison;
    } catch (ChatEndpoint.NoReplyException e) {
      String reason = String.valueOf(e.getMessage());
      log.warn("Comparer {}, problem {}: {}", endpoint, pair.problem().id(), reason);
      if (failures.incrementAndGet() >= GIVE_UP_AFTER) {
        stopped.set(true);
      }
      return Comparison.undecided(reason);
    }
  }

  static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "flowdpo-comparer");
    thread.setDaemon(true);
    return thread;
  }

  /** Returns the model and the address, without the key. */
  @Override
  public String toString() {
    return endpoint.toString();
  }
}
