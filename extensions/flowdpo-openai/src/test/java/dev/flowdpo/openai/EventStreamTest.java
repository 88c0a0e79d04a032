package dev.flowdpo.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamTest {
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void everyEndOfLineCounts(String end) {
    String body = ": note||event: x|data: one|id: 7||data:two|data: three||||data: four";
    assertThat(events(body.replace("|", end), new Random(1)))
        .containsExactly("one", "two\nthree", "four");
  }

  @Test
  void nothingComesOfNothing() {
    assertThat(events("", new Random(1))).isEmpty();
    assertThat(events("\n\n: ping\n\n", new Random(1))).isEmpty();
  }

  @Property(tries = 200)
  void eventsDoNotDependOnHowTheBytesAreCut(
      @ForAll List<@StringLength(max = 8) String> texts, @ForAll Random random) {
    List<String> lines =
        texts.stream().map(text -> text.replaceAll("[\\r\\n\\p{Cs}]", "").strip()).toList();
    StringBuilder body = new StringBuilder();
    lines.forEach(line -> body.append("data: ").append(line).append("\r\n\r\n"));
    assertThat(events(body.toString(), random))
        .isEqualTo(lines.stream().filter(line -> !line.isEmpty()).toList());
  }

  private static List<String> events(String body, Random random) {
    List<String> events = new ArrayList<>();
    EventStream stream = new EventStream(events::add);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int begin = 0; begin < bytes.length; ) {
      int length = Math.min(bytes.length - begin, 1 + random.nextInt(5));
      stream.add(ByteBuffer.wrap(bytes, begin, length));
      begin += length;
    }
    stream.end();
    return events;
  }
}
