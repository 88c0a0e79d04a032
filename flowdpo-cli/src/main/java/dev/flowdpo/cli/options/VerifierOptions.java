package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.external.ProcessVerifier;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which verifier judges: the known answers, unless a program or a service is given. */
public final class VerifierOptions {
  private static final double LONGEST_SECONDS = 86_400;
  // A limit of its own lets a program or service say what went wrong before the guard gives it up.
  private static final Duration GUARD_GRACE = Duration.ofSeconds(5);

  @Option(
      names = "--verifier-command",
      paramLabel = "\"PROGRAM ARGUMENTS\"",
      description = {
        "Have solutions judged by a program: it reads a JSON object with \"request\", \"question\","
            + " \"answer\" and \"solution\" a line and answers each with a line"
            + " {\"request\":N,\"reward\":R,\"reason\":\"…\"}, R from 0 to 1, or null for unknown.",
        "Blanks between quotes do not part arguments. Default: the known answer, exactly."
      })
  private Optional<String> command = Optional.empty();

  @Option(
      names = "--verifier-url",
      paramLabel = "URL",
      description =
          "Have solutions judged by a service: a POST of an array of such objects is answered by an"
              + " array of as many verdicts, in the same order.")
  private Optional<URI> url = Optional.empty();

  @Option(
      names = "--verifier-seconds",
      paramLabel = "S",
      defaultValue = "10",
      description =
          "How long the program may take for a solution, or the service for a request; then nothing"
              + " is known of it; default: ${DEFAULT-VALUE}.")
  private double seconds;

  /**
   * A verifier and what ends it.
   *
   * @param timeLimit when a guard around it should give up
   */
  public record Opened(Verifier verifier, Duration timeLimit, Runnable end)
      implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  /**
   * Opens the chosen verifier.
   *
   * @throws InvalidInputException if two are given or one of them cannot be
   */
  public Opened open() {
    ChosenVerifier chosen = factory();
    Verifier verifier = chosen.create();
    return new Opened(
        verifier,
        chosen.limit().plus(GUARD_GRACE),
        verifier instanceof ProcessVerifier program ? program::close : () -> {});
  }

  /**
   * Returns what makes the chosen verifier, also in another process.
   *
   * @throws InvalidInputException if two are given or one of them cannot be
   */
  public ChosenVerifier factory() {
    if (command.isPresent() && url.isPresent()) {
      throw new InvalidInputException(
          "expected --verifier-command or --verifier-url, found both; choose one");
    }
    if (!(seconds > 0 && seconds <= LONGEST_SECONDS)) {
      throw new InvalidInputException(
          "--verifier-seconds: expected a number above 0 and at most 86400, found " + seconds);
    }
    List<String> words =
        command.map(given -> CommandWords.split("--verifier-command", given)).orElse(List.of());
    return new ChosenVerifier(
        new ArrayList<>(words),
        url.map(URI::toString).orElse(""),
        Duration.ofNanos(Math.max(1, Math.round(seconds * 1e9))));
  }

  /** Returns what must be the same where a run is resumed. */
  public String description() {
    return command.or(() -> url.map(URI::toString)).orElse("known answers");
  }
}
