package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a command in a process of its own, which gets no chance to clean up. */
public final class KilledCommand {
  /** Tells when it is time. */
  public interface Moment {
    boolean hasCome() throws IOException;
  }

  private KilledCommand() {}

  /** Runs the command and kills its process as soon as the moment has come. */
  public static void run(Moment moment, Object... arguments) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FlowDpo.class.getName()));
    Stream.of(arguments).map(Object::toString).forEach(line::add);
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    long deadline = System.nanoTime() + Duration.ofMinutes(20).toNanos();
    while (!moment.hasCome() && System.nanoTime() < deadline && process.isAlive()) {
      Thread.sleep(2);
    }
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }
}
