package dev.flowdpo;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.value.Solution;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says that a solve was given up before its end, and holds what was written so far. The flow goes
 * on as if nothing had been.
 */
public final class SolveCancelledException extends FlowException {
  private static final long serialVersionUID = 1L;

  /** Why a solve is given up. */
  public enum Reason {
    /** The time of {@link SolveOptions#deadline} was over. */
    DEADLINE,
    /** The thread that waited was interrupted; its interrupt status is set again. */
    INTERRUPTED,
    /** A {@link Cancellation} or the cancelling of a future asked for it. */
    CANCELLED
  }

  private final Reason reason;
  private final transient @Nullable List<Solution> written;

  SolveCancelledException(String message, Reason reason, List<Solution> written) {
    super(message);
    this.reason = reason;
    this.written = List.copyOf(written);
  }

  /** {@return why} */
  public Reason reason() {
    return reason;
  }

  /**
   * {@return one solution per problem, in order: those that were finished, and of the others the
   * chunks so far, with the reason {@link dev.flowdpo.value.FinishReason#CANCELLED}; empty after
   * deserialisation}
   */
  public List<Solution> written() {
    return written == null ? List.of() : written;
  }
}
