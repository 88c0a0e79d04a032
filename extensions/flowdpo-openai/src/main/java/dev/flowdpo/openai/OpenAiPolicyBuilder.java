package dev.flowdpo.openai;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of an {@link OpenAiPolicy}, each checked at once. A value out of its range is refused
 * with an {@link InvalidInputException}. Not thread-safe.
 */
public final class OpenAiPolicyBuilder {
  private static final int MOST_RETRIES = 20;
  private static final String AUTHORIZATION = "Authorization";

  private final URI endpoint;
  private final Optional<String> userInfo;
  private final Optional<String> rawUserInfo;
  private final String model;
  private final Continuation continuation;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final List<String> secrets = new ArrayList<>();
  private List<String> stop = List.of();
  private String maxTokensField = "max_tokens";
  private boolean minTokens;
  private boolean logProbabilities;
  private Duration timeLimit = Duration.ofMinutes(2);
  private Duration connectTimeLimit = Duration.ofSeconds(10);
  private int retries = 2;
  private Duration firstPause = Duration.ofMillis(500);
  private int maxConcurrent = 16;
  private int maxBytes = 16 << 20;

  OpenAiPolicyBuilder(URI baseUrl, String model, Continuation continuation) {
    this.continuation = Objects.requireNonNull(continuation, "continuation");
    this.userInfo = Optional.ofNullable(baseUrl.getUserInfo());
    this.rawUserInfo = Optional.ofNullable(baseUrl.getRawUserInfo());
    this.endpoint = endpoint(baseUrl, continuation.path());
    if (model.isBlank()) {
      throw new InvalidInputException(
          "model: expected a name that the endpoint knows, found none.");
    }
    this.model = model;
  }

  private static URI endpoint(URI baseUrl, String path) {
    String scheme = String.valueOf(baseUrl.getScheme());
    boolean web = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
    if (!web
        || baseUrl.getHost() == null
        || baseUrl.getRawQuery() != null
        || baseUrl.getRawFragment() != null) {
      // Not shown whole: what is wrong with it may be a secret.
      throw new InvalidInputException(
          "baseUrl: expected an http or https address with a host and nothing after its path, such"
              + " as http://localhost:8000/v1, found scheme %s, host %s%s. Put keys into apiKey(…) or"
                  .formatted(
                      scheme,
                      baseUrl.getHost(),
                      baseUrl.getRawQuery() == null ? "" : " and a query")
              + " header(…).");
    }
    String port = baseUrl.getPort() < 0 ? "" : ":" + baseUrl.getPort();
    String before = baseUrl.getRawPath().replaceFirst("/+$", "");
    return URI.create(scheme + "://" + baseUrl.getHost() + port + before + path);
  }

  /** Sets the key that is sent as a bearer token; by default none. */
  public OpenAiPolicyBuilder apiKey(String key) {
    if (key.isBlank()) {
      throw new InvalidInputException("apiKey: expected a key, found none. Leave it out.");
    }
    secrets.add(key);
    return put("apiKey", AUTHORIZATION, "Bearer " + key);
  }

  /** Adds a header to every request, or replaces it; its value is kept as secret as the key. */
  public OpenAiPolicyBuilder header(String name, String value) {
    secrets.add(value);
    // Such as the key in "Bearer key", which an endpoint may repeat alone.
    secrets.add(value.substring(value.lastIndexOf(' ') + 1));
    return put("header " + name, name, value);
  }

  private OpenAiPolicyBuilder put(String what, String name, String value) {
    boolean valid = true;
    try {
      HttpRequest.newBuilder().header(name, value);
    } catch (IllegalArgumentException e) {
      // Its message holds the value.
      valid = false;
    }
    if (!valid) {
      throw new InvalidInputException(
          what
              + ": expected what may stand in a header, without line breaks, found something else.");
    }
    headers.keySet().removeIf(known -> known.equalsIgnoreCase(name));
    headers.put(name, value);
    return this;
  }

  /** Sets texts before which the endpoint ends a text; by default none. */
  public OpenAiPolicyBuilder stop(String... texts) {
    for (String text : texts) {
      if (text.isEmpty()) {
        throw new InvalidInputException("stop: expected texts, found an empty one.");
      }
    }
    this.stop = List.of(texts);
    return this;
  }

  /**
   * Adds a field to every request, for what an endpoint offers beyond these settings.
   *
   * @param name a field that is not sent anyway
   * @param value text, number, boolean, or a list or map of such
   */
  public OpenAiPolicyBuilder field(String name, Object value) {
    RequestFields.refuseOwn("field", Map.of(name, value));
    fields.put(name, value);
    return this;
  }

  /**
   * Sets the field that takes the most tokens of a chunk: {@code max_tokens} by default; OpenAI's
   * newer models want {@code max_completion_tokens}.
   */
  public OpenAiPolicyBuilder maxTokensField(String name) {
    RequestFields.refuseOwn("maxTokensField", Map.of(name, 0));
    this.maxTokensField = name;
    return this;
  }

  /**
   * Sets whether the endpoint knows {@code min_tokens}, as vLLM and SGLang do: where an answer that
   * had ended is to go on it is sent 1, and the model does not end again at once. By default false,
   * and then a chunk after an end may be empty.
   */
  public OpenAiPolicyBuilder minTokens(boolean known) {
    this.minTokens = known;
    return this;
  }

  /**
   * Sets whether to ask for log-probabilities; by default false, as not every endpoint has them. A
   * reply without them is fine.
   */
  public OpenAiPolicyBuilder logProbabilities(boolean wanted) {
    this.logProbabilities = wanted;
    return this;
  }

  /** Sets the longest that a chunk may take, all retries included; by default 2 minutes. */
  public OpenAiPolicyBuilder timeLimit(Duration limit) {
    this.timeLimit = Require.positive("timeLimit", limit);
    return this;
  }

  /** Sets the longest that a connection may take; by default 10 seconds. */
  public OpenAiPolicyBuilder connectTimeLimit(Duration limit) {
    this.connectTimeLimit = Require.positive("connectTimeLimit", limit);
    return this;
  }

  /**
   * Sets how often a request is sent again where the endpoint cannot be reached, breaks off, or
   * says with status 408, 429 or 5xx that it cannot answer now; from 0 to 20, by default 2.
   */
  public OpenAiPolicyBuilder retries(int count) {
    this.retries = (int) Require.within(0, MOST_RETRIES, "retries", count);
    return this;
  }

  /**
   * Sets the pause before the first retry where the endpoint asks for none; doubled for each
   * further one, up to 8 seconds. By default half a second.
   */
  public OpenAiPolicyBuilder firstPause(Duration pause) {
    this.firstPause = Require.positive("firstPause", pause);
    return this;
  }

  /** Sets the most requests at a time, of all callers together; at least 1, by default 16. */
  public OpenAiPolicyBuilder maxConcurrent(int requests) {
    this.maxConcurrent = Require.atLeast(1, "maxConcurrent", requests);
    return this;
  }

  /** Sets the longest reply in bytes; at least 1, by default 16 MiB. */
  public OpenAiPolicyBuilder maxBytes(int bytes) {
    this.maxBytes = Require.atLeast(1, "maxBytes", bytes);
    return this;
  }

  /** {@return the policy; nothing is sent before it is used} */
  public OpenAiPolicy build() {
    Map<String, String> sent = new LinkedHashMap<>(headers);
    List<String> hidden = new ArrayList<>(secrets);
    rawUserInfo.ifPresent(info -> hidden.addAll(List.of(info, password(info))));
    userInfo.ifPresent(
        info -> {
          String basic = Base64.getEncoder().encodeToString(info.getBytes(StandardCharsets.UTF_8));
          sent.putIfAbsent(AUTHORIZATION, "Basic " + basic);
          hidden.add(info);
          hidden.add(password(info));
          hidden.add(basic);
        });
    // Shorter ones would blot out half of every message.
    hidden.removeIf(secret -> secret.length() < 4);
    return new OpenAiPolicy(
        new OpenAiSettings(
            endpoint,
            model,
            continuation,
            Map.copyOf(sent),
            List.copyOf(hidden),
            stop,
            Map.copyOf(fields),
            maxTokensField,
            minTokens,
            logProbabilities,
            timeLimit,
            connectTimeLimit,
            retries,
            firstPause,
            maxConcurrent,
            maxBytes));
  }

  private static String password(String userInfo) {
    return userInfo.substring(userInfo.indexOf(':') + 1);
  }
}
