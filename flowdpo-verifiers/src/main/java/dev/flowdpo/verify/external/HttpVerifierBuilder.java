package dev.flowdpo.verify.external;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings of an {@link HttpVerifier}. Not thread-safe. */
public final class HttpVerifierBuilder {
  private static final int MOST_RETRIES = 20;

  final URI uri;
  final Map<String, String> headers = new LinkedHashMap<>();
  Duration timeLimit = Duration.ofSeconds(30);
  int maxBytes = 4 << 20;
  int batchSize = 256;
  int retries = 2;

  HttpVerifierBuilder(URI uri) {
    try {
      HttpRequest.newBuilder(uri);
    } catch (IllegalArgumentException e) {
      // Without its cause, whose message has the whole address.
      throw new InvalidInputException(
          "uri: expected an http or https address with a host, found " + shown(uri));
    }
    if (uri.getRawUserInfo() != null) {
      throw new InvalidInputException(
          "uri: expected no user and password, which would not be sent, found some for "
              + shown(uri)
              + "; set header(\"Authorization\", …)");
    }
    this.uri = uri;
  }

  /** An address as it may be told: without user, password, query and fragment. */
  static String shown(URI uri) {
    if (uri.isOpaque()) {
      return uri.getScheme() + ":…";
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme() + ":";
    String host = uri.getHost() == null ? "" : uri.getHost();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String authority = uri.getRawAuthority() == null && scheme.isEmpty() ? "" : "//" + host + port;
    return scheme + authority + uri.getRawPath();
  }

  /**
   * Sets the longest that one batch may take, all retries included.
   *
   * @param limit longer than zero; default 30 seconds
   * @return this
   * @throws InvalidInputException if it is not longer than zero
   */
  public HttpVerifierBuilder timeLimit(Duration limit) {
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
  public HttpVerifierBuilder maxBytes(int bytes) {
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
  public HttpVerifierBuilder batchSize(int size) {
    this.batchSize = Require.atLeast(1, "batchSize", size);
    return this;
  }

  /**
   * Sets how often a batch is sent again where the service cannot be reached or cannot answer now.
   *
   * @param count from 0 to 20; default 2
   * @return this
   * @throws InvalidInputException if it is out of range
   */
  public HttpVerifierBuilder retries(int count) {
    this.retries = (int) Require.within(0, MOST_RETRIES, "retries", count);
    return this;
  }

  /**
   * Adds a header to every request, or replaces it.
   *
   * @param name its name
   * @param value its value
   * @return this
   * @throws InvalidInputException if it is no header that may be set
   */
  public HttpVerifierBuilder header(String name, String value) {
    try {
      HttpRequest.newBuilder().header(name, value);
    } catch (IllegalArgumentException e) {
      // Without its cause, whose message may have the value, which may be a secret.
      throw new InvalidInputException(
          "header: expected the name and the value of a header that may be set, found " + name);
    }
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
