package dev.flowdpo.runtime.checkpoint;

import java.util.OptionalInt;

/**
 * What a family's Hugging Face class assumes where {@code config.json} says nothing. Immutable and
 * thread-safe.
 *
 * @param keyValueHeads 0 for as many as there are query heads
 * @param headSize 0 for the hidden size divided by the heads
 */
record ConfigDefaults(
    int maxPositions,
    double ropeTheta,
    double normEpsilon,
    int keyValueHeads,
    int headSize,
    boolean tied,
    OptionalInt beginOfSequenceId,
    OptionalInt endOfSequenceId) {
  static ConfigDefaults of(int maxPositions, double ropeTheta) {
    return new ConfigDefaults(
        maxPositions, ropeTheta, 1e-6, 0, 0, false, OptionalInt.empty(), OptionalInt.empty());
  }

  ConfigDefaults tokens(int begin, int end) {
    return tokens(OptionalInt.of(begin), end);
  }

  ConfigDefaults tokens(OptionalInt begin, int end) {
    return new ConfigDefaults(
        maxPositions,
        ropeTheta,
        normEpsilon,
        keyValueHeads,
        headSize,
        tied,
        begin,
        OptionalInt.of(end));
  }

  ConfigDefaults heads(int keyValue, int size) {
    return new ConfigDefaults(
        maxPositions,
        ropeTheta,
        normEpsilon,
        keyValue,
        size,
        tied,
        beginOfSequenceId,
        endOfSequenceId);
  }

  ConfigDefaults epsilon(double epsilon) {
    return new ConfigDefaults(
        maxPositions,
        ropeTheta,
        epsilon,
        keyValueHeads,
        headSize,
        tied,
        beginOfSequenceId,
        endOfSequenceId);
  }

  ConfigDefaults tiedEmbeddings() {
    return new ConfigDefaults(
        maxPositions,
        ropeTheta,
        normEpsilon,
        keyValueHeads,
        headSize,
        true,
        beginOfSequenceId,
        endOfSequenceId);
  }
}
