package dev.flowdpo.verify.external;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.time.Duration;
import java.util.List;

/** Settings of a {@link ProcessVerifier}. Not thread-safe. */
public final class ProcessVerifierBuilder {
  final ImmutableList<String> command;
  Duration timeLimit = Duration.ofSeconds(10);
  int maxLineBytes = 1 << 20;
  int processes = 1;

  ProcessVerifierBuilder(List<String> command) {
    if (command.isEmpty()) {
      throw new InvalidInputException(
          "command: expected a program and its arguments, found nothing. Name the program.");
    }
    this.command = ImmutableList.copyOf(command);
  }

  /**
   * Sets the longest that one answer may take, the start of the program included.
   *
   * @param limit longer than zero; default 10 seconds
   * @return this
   * @throws InvalidInputException if it is not longer than zero
   */
  public ProcessVerifierBuilder timeLimit(Duration limit) {
    this.timeLimit = Require.positive("timeLimit", limit);
    return this;
  }

  /**
   * Sets the longest line that the program may write.
   *
   * @param bytes at least 1; default 1 MiB
   * @return this
   * @throws InvalidInputException if it is below 1
   */
  public ProcessVerifierBuilder maxLineBytes(int bytes) {
    this.maxLineBytes = Require.atLeast(1, "maxLineBytes", bytes);
    return this;
  }

  /**
   * Sets how many programs run side by side.
   *
   * @param count at least 1; default 1
   * @return this
   * @throws InvalidInputException if it is below 1
   */
  public ProcessVerifierBuilder processes(int count) {
    this.processes = Require.atLeast(1, "processes", count);
    return this;
  }

  /**
   * Returns the verifier.
   *
   * @return a verifier whose programs have not started yet
   */
  public ProcessVerifier build() {
    return new ProcessVerifier(this);
  }
}
