package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.flowdpo.value.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What a solution cost, with its time in seconds, to the nanosecond. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record UsageJson(
    @Nullable Integer promptTokens,
    int generatedTokens,
    int policyCalls,
    int judgeCalls,
    @Nullable BigDecimal elapsedSeconds) {
  private static final int NANOSECONDS = 9;

  static UsageJson of(Usage usage) {
    OptionalInt prompt = usage.promptTokens();
    return new UsageJson(
        prompt.isPresent() ? prompt.getAsInt() : null,
        usage.generatedTokens(),
        usage.policyCalls(),
        usage.judgeCalls(),
        BigDecimal.valueOf(usage.elapsed().toNanos(), NANOSECONDS));
  }

  Usage usage() {
    return new Usage(
        promptTokens == null ? OptionalInt.empty() : OptionalInt.of(promptTokens),
        generatedTokens,
        policyCalls,
        judgeCalls,
        Duration.ofNanos(
            Required.of("elapsedSeconds", elapsedSeconds).movePointRight(NANOSECONDS).longValue()));
  }
}
