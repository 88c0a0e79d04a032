package dev.flowdpo.cli.experiment;

/**
 * What a chunk size gave with one seed; the content of {@code result.json}. Immutable.
 *
 * @param chunkSize most tokens of a chunk
 * @param maxChunks most chunks of a solution; all sizes may write about as many tokens
 * @param seed the seed
 * @param before held-out accuracy of the base's flow, greedily
 * @param after the same after online DPO
 * @param progressive share of the problems answered right before they were learned from
 * @param chunks mean number of chunks of a held-out solution after learning
 * @param tokens mean number of tokens that a held-out solution's chunks have
 * @param judgeCalls mean number of times the Stop model read a held-out solution
 * @param millis time a held-out solution took, in batches of 64
 * @param answerPairs pairs for the Answer adapter
 * @param stopPairs pairs for the Stop adapter
 * @param learnSeconds how long learning took
 */
record ChunkSizeResult(
    int chunkSize,
    int maxChunks,
    long seed,
    double before,
    double after,
    double progressive,
    double chunks,
    double tokens,
    double judgeCalls,
    double millis,
    int answerPairs,
    int stopPairs,
    double learnSeconds) {}
