package dev.flowdpo.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.openai.FailedTryException.Help;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a reply with another status than 200 says. Stateless. */
final class ErrorReply {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ErrorReply() {}

  static FailedTryException failure(
      HttpResponse<String> response, OpenAiSettings settings, boolean continued) {
    int status = response.statusCode();
    String said = message(response.body());
    String found =
        "answered with status " + status + (said.isBlank() ? "" : ": " + settings.excerpt(said));
    if (status == 408 || status == 429 || (status >= 500 && status != 501)) {
      return new FailedTryException(Help.ANOTHER_TRY, found, wait(response.headers()));
    }
    if (status == 400 && tooLong(response.body())) {
      return new FailedTryException(
          Help.ANOTHER_INPUT,
          found + "; the problem and its answer are too long for the model",
          Optional.empty());
    }
    return FailedTryException.forGood(found + advice(status, settings, continued));
  }

  private static String advice(int status, OpenAiSettings settings, boolean continued) {
    if (status >= 300 && status < 400) {
      return "; redirects are not followed, give the final address";
    }
    if (status == 401 || status == 403) {
      return "; check the key and what it may do";
    }
    if (status == 404) {
      return "; check the address and the name of the model";
    }
    return continued && settings.continuation().isChat()
        ? "; an endpoint that cannot go on with the assistant's last message is of no use to a flow"
            + " of several chunks: take another Continuation, or Continuation.wholeAnswer() with"
            + " maxChunks(1)"
        : "";
  }

  /** OpenAI names it by a code, vLLM by its words. */
  private static boolean tooLong(String body) {
    String text = body.toLowerCase(Locale.ROOT);
    return text.contains("context_length_exceeded")
        || text.contains("maximum context length")
        || text.contains("exceed_context_size");
  }

  /** Returns what an error says, the whole body where it is none that is known. */
  static String message(String body) {
    try {
      JsonNode reply = MAPPER.readTree(body);
      JsonNode error = reply.path("error");
      for (JsonNode text : new JsonNode[] {error.path("message"), error, reply.path("message")}) {
        if (text.isTextual()) {
          return text.textValue();
        }
      }
      return body;
    } catch (JsonProcessingException e) {
      return body;
    }
  }

  private static Optional<Duration> wait(HttpHeaders headers) {
    OptionalDouble milliseconds = number(headers.firstValue("retry-after-ms"));
    if (milliseconds.isPresent()) {
      return Optional.of(duration(milliseconds.getAsDouble()));
    }
    Optional<String> after = headers.firstValue("retry-after");
    OptionalDouble seconds = number(after);
    return seconds.isPresent()
        ? Optional.of(duration(1000 * seconds.getAsDouble()))
        : after.flatMap(ErrorReply::date);
  }

  private static Duration duration(double milliseconds) {
    return Duration.ofMillis((long) Math.ceil(Math.max(0, milliseconds)));
  }

  private static OptionalDouble number(Optional<String> text) {
    try {
      double value = text.map(Double::parseDouble).orElse(Double.NaN);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private static Optional<Duration> date(String text) {
    try {
      ZonedDateTime until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration left = Duration.between(ZonedDateTime.now(until.getZone()), until);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
