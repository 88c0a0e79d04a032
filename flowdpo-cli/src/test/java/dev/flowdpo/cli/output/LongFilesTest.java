package dev.flowdpo.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.cli.run.JsonLinesFile;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that only their length makes hostile; they take no room on the disk. */
class LongFilesTest {
  @TempDir Path folder;

  private Path ofLength(String begin, long bytes) throws IOException {
    Path file = Files.writeString(folder.resolve("long"), begin);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(bytes);
    }
    return file;
  }

  @Test
  void aFileOfGigabytesIsRefusedAtTheLimit() throws IOException {
    Path file = ofLength("{}", 5L << 30);
    assertThatThrownBy(() -> JsonText.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ": expected a file of at most 268435456 bytes, found more");
  }

  @Test
  void aLineWithoutAnEndIsRefusedAtTheLimit() throws IOException {
    Path file = ofLength("{\"step\":1}\n", 5L << 30);
    assertThatThrownBy(() -> JsonLinesFile.lines(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ", line 2: expected a line of at most 67108864 characters, found more");
  }

  @Test
  void linesMayEndWithinALetter() throws IOException {
    Path file = folder.resolve("torn");
    Files.write(file, new byte[] {'a', '\n', '"', (byte) 0xC3});
    assertThat(JsonLinesFile.lines(file)).containsExactly("a", "\"\uFFFD");
  }
}
