package dev.flowdpo.learning;

/**
 * What a gate decided on a candidate. Immutable and thread-safe.
 *
 * @param passed whether the candidate went live
 * @param candidateAccuracy its accuracy, in [0, 1]
 * @param liveAccuracy that of the adapters that were live, in [0, 1]
 * @param problems over how many problems each was measured
 */
public record GateDecision(
    boolean passed, double candidateAccuracy, double liveAccuracy, int problems) {}
