package dev.flowdpo.policy;

import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.OptionalInt;

/**
 * The model that writes: extends partial answers by one chunk each. The engine of {@code
 * flowdpo-runtime} is one; an application may bring its own. Implementations are thread-safe, and
 * their rows are independent: a chunk depends on its own request only, never on the other rows of
 * its batch (Answer model of Flow-DPO, arXiv 2410.22304, section 3.1).
 */
@FunctionalInterface
public interface FlowPolicy {

  /**
   * Writes the next chunk of every request. Where a prefix ended with the end of sequence and is
   * extended all the same (the judge said go on), the first token is never the end of sequence.
   * Batches may be of any size; an implementation splits those too large for it.
   *
   * @param requests the rows, at least one
   * @return one chunk per request, in the same order
   * @throws dev.flowdpo.error.InvalidInputException if a prompt is too long for the model
   * @throws dev.flowdpo.error.FlowException if the model fails
   */
  List<Chunk> extend(List<ChunkRequest> requests);

  /**
   * Writes the next chunk of every request, and tells a watcher, which may give the call up, of
   * what is written meanwhile.
   */
  default List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return extend(requests);
  }

  /**
   * {@return whether requests of different callers may share a call, since one with many rows is
   * hardly slower than one with few and never waits for another machine; default false} A flow
   * merges its callers' work where policy and judge both say so, and gives each caller a thread
   * otherwise.
   */
  default boolean sharesCalls() {
    return false;
  }

  /**
   * {@return the bytes it keeps for a token of an answer under way, so that a flow with a limit of
   * memory ({@link ServingOptions#cacheBytes}) knows how many answers fit; default 0}
   */
  default long cacheBytesPerToken() {
    return 0;
  }

  /**
   * {@return this policy as it is now, without the updates that a learner publishes later} A flow
   * takes one at the start of each solve and keeps it to the end. By default this policy itself,
   * right for one that never learns.
   */
  default FlowPolicy snapshot() {
    return this;
  }

  /**
   * {@return the number of tokens that stand before the first chunk of an answer to the problem;
   * empty, the default, where it is not known} Asked once per solve, for {@link
   * dev.flowdpo.value.Usage}.
   *
   * @throws dev.flowdpo.error.InvalidInputException if the prompt is too long for the model
   */
  default OptionalInt promptTokens(Problem problem) {
    return OptionalInt.empty();
  }

  /**
   * {@return how many tokens the model has room for after this answer of its own; empty, the
   * default, for no limit, or an unknown one} Asked before an answer goes on; where there is no
   * room, it ends with {@link dev.flowdpo.value.FinishReason#CONTEXT_FULL}.
   */
  default OptionalInt room(PartialAnswer answer) {
    return OptionalInt.empty();
  }

  /**
   * Says that nobody goes on with an answer, nor with those before it: what is kept of them may go
   * at once. A flow says so at the end of a solve. Whoever extends one all the same waits until it
   * is read again. Does nothing by default.
   */
  default void forget(PartialAnswer answer) {}

  /**
   * {@return whether the ids of the chunks that it writes are of the engine's own vocabulary;
   * default false} An engine refuses to learn with a foreign policy that does not say so, since it
   * would train on ids that mean something else to its model.
   */
  default boolean sharesEngineTokens() {
    return false;
  }
}
