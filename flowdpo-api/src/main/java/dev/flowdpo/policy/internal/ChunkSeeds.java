package dev.flowdpo.policy.internal;

import dev.flowdpo.value.Seeds;

/** The seeds of one path's chunks. */
@FunctionalInterface
public interface ChunkSeeds {

  /**
   * Returns the seed of a chunk.
   *
   * @param chunkIndex place of the chunk in the answer, from 0
   * @param attempt 0 for the first draw, then 1 more for each time the chunk is drawn again
   */
  long seed(int chunkIndex, int attempt);

  /** Returns the seeds of the path that a flow takes of itself. */
  static ChunkSeeds ofFlow(long seed, String problemId) {
    return (chunkIndex, attempt) -> Seeds.of(seed, problemId, chunkIndex);
  }
}
