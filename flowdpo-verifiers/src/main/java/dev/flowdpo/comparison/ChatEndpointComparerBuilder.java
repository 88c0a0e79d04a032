package dev.flowdpo.comparison;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Settings of a {@link ChatEndpointComparer}, each checked at once. Not thread-safe. */
public final class ChatEndpointComparerBuilder {
  private static final String PATH = "/chat/completions";

  final URI uri;
  final String model;
  String apiKey = "";
  Duration timeLimit = Duration.ofSeconds(60);
  int retries = 3;
  Duration firstWait = Duration.ofSeconds(1);
  Duration longestWait = Duration.ofSeconds(60);
  int maxBytes = 1 << 20;
  private int concurrency = 4;
  private String instructions = ChatPrompt.INSTRUCTIONS;

  ChatEndpointComparerBuilder(URI url, String model) {
    String scheme = String.valueOf(url.getScheme());
    if ((!scheme.equals("http") && !scheme.equals("https"))
        || url.getHost() == null
        || url.getUserInfo() != null) {
      // The address is not shown: one with a user may hold a password.
      throw new InvalidInputException(
          "comparer url: expected an http or https address of a host, without a user, found one with"
              + " the scheme "
              + scheme);
    }
    if (model.isBlank()) {
      throw new InvalidInputException("comparer model: expected the name of a model, found none");
    }
    String text = url.toString().replaceFirst("/+$", "");
    this.uri = URI.create(text.endsWith(PATH) ? text : text + PATH);
    this.model = model;
  }

  static Optional<ChatEndpointComparerBuilder> fromEnvironment(Map<String, String> environment) {
    String url = environment.getOrDefault(ChatEndpointComparer.URL, "").strip();
    if (url.isEmpty()) {
      return Optional.empty();
    }
    String model = environment.getOrDefault(ChatEndpointComparer.MODEL, "").strip();
    if (model.isEmpty()) {
      throw new InvalidInputException(
          "environment variable "
              + ChatEndpointComparer.MODEL
              + ": expected the name of the model that compares, found none");
    }
    ChatEndpointComparerBuilder builder = new ChatEndpointComparerBuilder(address(url), model);
    builder.apiKey(environment.getOrDefault(ChatEndpointComparer.API_KEY, "").strip());
    String seconds = environment.getOrDefault(ChatEndpointComparer.SECONDS, "").strip();
    return Optional.of(seconds.isEmpty() ? builder : builder.timeLimit(duration(seconds)));
  }

  private static URI address(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new InvalidInputException(
          "environment variable "
              + ChatEndpointComparer.URL
              + ": expected an address such as http://localhost:8000/v1, found text that is none: "
              + e.getReason(),
          e);
    }
  }

  private static Duration duration(String seconds) {
    try {
      double value = Require.positive(ChatEndpointComparer.SECONDS, Double.parseDouble(seconds));
      return Duration.ofMillis(Math.max(1, Math.round(value * 1000)));
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "environment variable "
              + ChatEndpointComparer.SECONDS
              + ": expected a number of seconds, found \""
              + seconds
              + "\"",
          e);
    }
  }

  /**
   * Sets the key, sent as {@code Authorization: Bearer}.
   *
   * @param key the key; {@code ""}, the default, sends none
   * @return this
   * @throws InvalidInputException if it cannot be sent in a header
   */
  public ChatEndpointComparerBuilder apiKey(String key) {
    if (!key.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new InvalidInputException(
          "comparer api key: expected visible ASCII characters without blanks, found others");
    }
    this.apiKey = key;
    return this;
  }

  /**
   * Sets the longest that one request may take.
   *
   * @param limit longer than zero; default 60 seconds
   * @return this
   * @throws InvalidInputException if it is not longer than zero
   */
  public ChatEndpointComparerBuilder timeLimit(Duration limit) {
    this.timeLimit = Require.positive("timeLimit", limit);
    return this;
  }

  /**
   * Sets how often a request is tried again.
   *
   * @param retries at least 0; default 3
   * @param firstWait the wait before the second try, which doubles from then on; default 1 second
   * @param longestWait no wait is longer, and where an endpoint asks for a longer one it is not
   *     asked again; default 60 seconds
   * @return this
   * @throws InvalidInputException if a value is out of range
   */
  public ChatEndpointComparerBuilder retries(
      int retries, Duration firstWait, Duration longestWait) {
    this.retries = Require.atLeast(0, "retries", retries);
    this.firstWait = Require.positive("firstWait", firstWait);
    this.longestWait = Require.positive("longestWait", longestWait);
    return this;
  }

  /**
   * Sets the longest response.
   *
   * @param bytes at least 1; default 1 MiB
   * @return this
   * @throws InvalidInputException if it is below 1
   */
  public ChatEndpointComparerBuilder maxBytes(int bytes) {
    this.maxBytes = Require.atLeast(1, "maxBytes", bytes);
    return this;
  }

  /**
   * Sets how many requests run side by side.
   *
   * @param requests at least 1; default 4
   * @return this
   * @throws InvalidInputException if it is below 1
   */
  public ChatEndpointComparerBuilder concurrency(int requests) {
    this.concurrency = Require.atLeast(1, "concurrency", requests);
    return this;
  }

  /**
   * Sets what the comparer is to look for; how it has to reply is always added.
   *
   * @param instructions a few sentences; by default clarity and correctness, correctness first
   * @return this
   * @throws InvalidInputException if they are blank
   */
  public ChatEndpointComparerBuilder instructions(String instructions) {
    if (instructions.isBlank()) {
      throw new InvalidInputException("instructions: expected a text, found none");
    }
    this.instructions = instructions;
    return this;
  }

  /**
   * Returns the comparer.
   *
   * @return the comparer; nothing is sent yet
   */
  public ChatEndpointComparer build() {
    return new ChatEndpointComparer(
        new ChatEndpoint(this), new ChatPrompt(instructions), concurrency);
  }
}
