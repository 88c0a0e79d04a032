package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What both chat models have in common. Immutable. */
record ChatSettings(
    Flow flow,
    String modelName,
    ChatRequestParameters defaults,
    List<ChatModelListener> listeners,
    Optional<Duration> timeout,
    Optional<LongSupplier> seeds) {

  SolveOptions.Builder solveOptions() {
    SolveOptions.Builder options = SolveOptions.builder();
    timeout.ifPresent(options::deadline);
    return options;
  }
}
