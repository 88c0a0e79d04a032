package dev.flowdpo.openai;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Server-sent events out of bytes that come in pieces of any size. Lines are put together before
 * they are decoded, so that no character is torn. Not thread-safe.
 */
final class EventStream {
  private static final String DATA = "data:";

  private final Consumer<String> events;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean afterReturn;

  /** Creates a stream that hands on the data of each event. */
  EventStream(Consumer<String> events) {
    this.events = events;
  }

  void add(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      boolean ends = next == '\r' || (next == '\n' && !afterReturn);
      if (ends) {
        endLine();
      } else if (next != '\n') {
        line.write(next);
      }
      afterReturn = next == '\r';
    }
  }

  /** Ends the stream; an event without a blank line after it counts. */
  void end() {
    endLine();
    dispatch();
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (text.isEmpty()) {
      dispatch();
    } else if (text.startsWith(DATA)) {
      data.append(data.isEmpty() ? "" : "\n").append(text.substring(DATA.length()).strip());
    }
  }

  private void dispatch() {
    if (!data.isEmpty()) {
      String event = data.toString();
      data.setLength(0);
      events.accept(event);
    }
  }
}
