package dev.flowdpo.rollout;

import java.io.Serializable;

/**
 * Makes a verifier where it is to judge, perhaps in another process: the factory travels there, the
 * verifier does not. A lambda that names nothing of its surroundings is one, as in {@code () ->
 * Verifiers.math()}; what it captures has to be serialisable. Implementations are thread-safe.
 */
@FunctionalInterface
public interface VerifierFactory extends Serializable {

  /**
   * {@return a new verifier, which the caller closes where it is {@link AutoCloseable}} Called once
   * a process.
   */
  Verifier create();
}
