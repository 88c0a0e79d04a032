package dev.flowdpo.model;

/**
 * The floating-point type of a model's frozen matrices, and of what is computed between them. Norms
 * and softmax compute in 32 bits inside, and log-probabilities, sampling, adapters and their
 * gradients are in 32 bits whichever is chosen.
 */
public enum Precision {
  /** 32 bits. */
  F32,
  /** 16 bits of IEEE 754: fine steps, and nothing beyond 65504, which some models pass. */
  F16,
  /** The upper 16 bits of 32: the whole range in coarse steps. On graphics cards only. */
  BF16
}
