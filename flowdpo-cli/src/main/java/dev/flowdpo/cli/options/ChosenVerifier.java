package dev.flowdpo.cli.options;

import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.verify.external.HttpVerifier;
import dev.flowdpo.verify.external.ProcessVerifier;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;

/**
 * The verifier that a command line names, made where it is to judge. Immutable and thread-safe.
 *
 * @param command the words of a program; empty for none
 * @param url the address of a service; empty for none, and without both the known answers decide
 * @param limit how long a program may take for a solution, or a service for a request
 */
public record ChosenVerifier(ArrayList<String> command, String url, Duration limit)
    implements VerifierFactory {
  private static final long serialVersionUID = 1L;

  @Override
  public Verifier create() {
    if (!command.isEmpty()) {
      return ProcessVerifier.of(command).timeLimit(limit).build();
    }
    return url.isEmpty()
        ? new ExactAnswer()
        : HttpVerifier.of(URI.create(url)).timeLimit(limit).build();
  }
}
