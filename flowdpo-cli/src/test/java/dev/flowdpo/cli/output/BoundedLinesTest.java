package dev.flowdpo.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
  private static List<String> lines(Reader text, int limit) throws IOException {
    BoundedLines lines = new BoundedLines(new BufferedReader(text), "text", limit);
    List<String> all = new ArrayList<>();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      all.add(line.get());
    }
    assertThat(lines.number()).isEqualTo(all.size());
    return all;
  }

  @Property(tries = 300)
  void linesAreThoseOfJava(
      @ForAll @Chars({'a', '\n', ' ', 'é'}) @StringLength(max = 12) String text)
      throws IOException {
    assertThat(lines(new StringReader(text), 12)).isEqualTo(text.lines().toList());
    assertThat(lines(new StringReader(text.replace("\n", "\r\n")), 13))
        .isEqualTo(text.lines().toList());
  }

  /** The text has no end: only the limit ends it. */
  @Test
  void aLineWithoutEndIsRefusedAtTheLimit() {
    Reader endless =
        new Reader() {
          @Override
          public int read(char[] characters, int offset, int length) {
            java.util.Arrays.fill(characters, offset, offset + length, 'x');
            return length;
          }

          @Override
          public void close() {}
        };

    assertThatThrownBy(() -> lines(endless, 100_000))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("text, line 1: expected a line of at most 100000 characters, found more");
  }
}
