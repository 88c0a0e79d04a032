package dev.flowdpo.policy;

import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.OptionalInt;

/**
 * The model that writes: extends partial answers by one chunk each. The engine of {@code
 * flowdpo-runtime} is one; an application may bring its own.
 *
 * <p>Implementations are thread-safe, and their rows are independent: a chunk depends on its own
 * request only, never on the other rows of its batch (Answer model of Flow-DPO, arXiv 2410.22304,
 * section 3.1).
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
   * Writes the next chunk of every request, and tells a watcher of what is written meanwhile.
   *
   * @param requests the rows, at least one
   * @param watcher watches the call and may give it up
   * @return one chunk per request, in the same order
   */
  default List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return extend(requests);
  }

  /**
   * Returns whether requests of different callers may share a call, since a call with many rows is
   * hardly slower than one with few and never waits for another machine. A flow merges its callers'
   * work where policy and judge both say so, and gives each caller a thread otherwise.
   *
   * @return by default false
   */
  default boolean sharesCalls() {
    return false;
  }

  /**
   * Returns how much memory it keeps for a token of an answer under way, so that a flow with a
   * limit of memory ({@link ServingOptions#cacheBytes}) knows how many answers fit.
   *
   * @return bytes; by default 0
   */
  default long cacheBytesPerToken() {
    return 0;
  }

  /**
   * Returns this policy as it is now: updates that a learner publishes later do not reach the
   * returned one. A flow takes one at the start of each solve and keeps it to the end.
   *
   * @return a frozen view; by default this policy, right for a policy that never learns
   */
  default FlowPolicy snapshot() {
    return this;
  }

  /**
   * Returns the number of tokens that stand before the first chunk of an answer to the problem. It
   * is asked once per solve, for {@link dev.flowdpo.value.Usage}.
   *
   * @param problem the problem
   * @return the number; by default empty, which means that it is not known
   * @throws dev.flowdpo.error.InvalidInputException if the prompt is too long for the model
   */
  default OptionalInt promptTokens(Problem problem) {
    return OptionalInt.empty();
  }

  /**
   * Returns how many tokens the model has room for after an answer. A flow asks before it lets an
   * answer go on, and ends it with {@link dev.flowdpo.value.FinishReason#CONTEXT_FULL} where there
   * is no room.
   *
   * @param answer what this policy has written
   * @return the number; by default empty, which means that there is no limit or that it is not
   *     known
   */
  default OptionalInt room(PartialAnswer answer) {
    return OptionalInt.empty();
  }

  /**
   * Returns whether the ids of the chunks that it writes are those of the engine's own vocabulary.
   * An engine refuses to learn with another policy than its own that does not say so, since it
   * would train on ids that mean something else to its model.
   *
   * @return by default false
   */
  default boolean sharesEngineTokens() {
    return false;
  }
}
