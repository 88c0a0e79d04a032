package dev.flowdpo.rollout;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A place on the original path where a chunk was written and a decision taken, with what would have
 * come of another chunk and of the opposite decision (Flow-DPO, arXiv 2410.22304, section 3.2).
 * Immutable and thread-safe.
 *
 * @param index the number of chunks before this node, from 0
 * @param prefix the answer before this node's chunk
 * @param output the answer with this node's chunk
 * @param decision what the judge decided on {@code output}
 * @param alternatives paths with the same prefix and another chunk, each followed to its end;
 *     copied
 * @param flipped the path on which {@code output} got the opposite decision, followed to its end;
 *     ends at {@code output} where the flip is to "stop", and is empty where it would go on beyond
 *     the limit of chunks
 */
public record OutputNode(
    int index,
    PartialAnswer prefix,
    PartialAnswer output,
    StopDecision decision,
    List<Branch> alternatives,
    Optional<Branch> flipped) {

  /**
   * Copies the alternatives; an {@code output} that is not {@code prefix} and a chunk is refused.
   */
  public OutputNode {
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(flipped, "flipped");
    alternatives = List.copyOf(alternatives);
    if (prefix.depth() != index || output.parent().orElse(null) != prefix) {
      throw new InvalidInputException(
          "OutputNode %d of problem %s: expected a prefix of %d chunks and that prefix with one more"
                  .formatted(index, prefix.problem().id(), index)
              + " chunk as output, found depths %d and %d. Append to the prefix instance itself."
                  .formatted(prefix.depth(), output.depth()));
    }
  }

  /** {@return the chunk that was written at this node, the last of {@code output}} */
  public Chunk chunk() {
    return output.lastChunk().orElseThrow();
  }
}
