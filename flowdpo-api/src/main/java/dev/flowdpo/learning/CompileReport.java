package dev.flowdpo.learning;

import java.util.OptionalDouble;

/**
 * What came of a compile stage. Immutable and thread-safe.
 *
 * @param traces how many traces were trained on
 * @param steps how many optimizer steps were taken
 * @param bestStep after how many of them the adapter was taken
 * @param trainingLoss mean negative log-likelihood of a token in the last step
 * @param heldOutLossBefore the same on the held-out traces before training; empty without any
 * @param heldOutLoss the lowest on them after a step
 */
public record CompileReport(
    int traces,
    int steps,
    int bestStep,
    double trainingLoss,
    OptionalDouble heldOutLossBefore,
    OptionalDouble heldOutLoss) {}
