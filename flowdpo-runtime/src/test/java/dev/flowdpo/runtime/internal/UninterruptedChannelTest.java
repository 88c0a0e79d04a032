package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files under threads that are interrupted. */
class UninterruptedChannelTest {
  @TempDir Path folder;
  private Path file = Path.of("unset");

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("file"), "what is in it");
  }

  @AfterEach
  void forgetInterrupts() {
    Thread.interrupted();
  }

  /** What these tests defend against, so that they can fail. */
  @Test
  void aChannelOfTheJdkClosesOnAnInterrupt() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_ONLY, 0, 4))
          .isInstanceOf(ClosedByInterruptException.class);
    }
  }

  @Test
  void anInterruptBeforeIsKeptForLater() throws IOException {
    Thread.currentThread().interrupt();
    assertThat(read()).isEqualTo("what is in it");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read()).isEqualTo("what is in it");
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void anInterruptMeanwhileHasTheUseRunAgain() throws IOException {
    Thread target = Thread.currentThread();
    List<FileChannel> channels = new ArrayList<>();
    MappedByteBuffer mapped =
        UninterruptedChannel.of(
            file,
            channel -> {
              channels.add(channel);
              target.interrupt();
              return channel.map(FileChannel.MapMode.READ_ONLY, 0, 4);
            },
            StandardOpenOption.READ);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(channels).hasSize(2).noneMatch(FileChannel::isOpen);
    assertThat((char) mapped.get(0)).isEqualTo('w');
  }

  @Test
  void otherErrorsComeThroughWithTheInterruptKept() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                UninterruptedChannel.of(
                    folder.resolve("none"), FileChannel::size, StandardOpenOption.READ))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void filesAreWrittenWholeWhateverInterrupts() throws IOException {
    int[] attempts = {0};
    Thread.currentThread().interrupt();
    AtomicFiles.write(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, ByteBuffer.wrap(new byte[] {'o', 'n', 'c', 'e'}));
          if (attempts[0]++ == 0) {
            Thread.currentThread().interrupt();
          }
          AtomicFiles.writeFully(channel, ByteBuffer.wrap(new byte[] {'.'}));
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempts[0]).isEqualTo(2);
    assertThat(file).hasContent("once.");
    Thread.currentThread().interrupt();
    AtomicFiles.write(file, "text");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("text");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  private String read() throws IOException {
    return UninterruptedChannel.of(
        file,
        channel -> {
          ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
          while (bytes.hasRemaining()) {
            channel.read(bytes);
          }
          return new String(bytes.array(), StandardCharsets.US_ASCII);
        },
        StandardOpenOption.READ);
  }
}
