package dev.flowdpo.openai;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a policy was told. Immutable.
 *
 * @param endpoint where requests go, without user info
 * @param headers what goes with each of them; secret
 * @param secrets what must not stand in any message
 */
record OpenAiSettings(
    URI endpoint,
    String model,
    Continuation continuation,
    Map<String, String> headers,
    List<String> secrets,
    List<String> stop,
    Map<String, Object> fields,
    String maxTokensField,
    boolean minTokens,
    boolean logProbabilities,
    Duration timeLimit,
    Duration connectTimeLimit,
    int retries,
    Duration firstPause,
    int maxConcurrent,
    int maxBytes) {

  /** Returns the text without any secret. */
  String withoutSecrets(String text) {
    String shown = text;
    for (String secret : secrets) {
      shown = shown.replace(secret, "***");
    }
    return shown;
  }

  /** Returns the text in quotation marks, cut where it is long, without any secret. */
  String excerpt(String text) {
    String shown = withoutSecrets(text);
    return '"' + (shown.length() <= 200 ? shown : shown.substring(0, 200) + "…") + '"';
  }

  /** Names model and address and nothing secret. */
  @Override
  public String toString() {
    return withoutSecrets("model " + model + " at " + endpoint);
  }
}
