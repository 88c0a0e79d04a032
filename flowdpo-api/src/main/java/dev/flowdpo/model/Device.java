package dev.flowdpo.model;

/** What computes a model's graphs. */
public enum Device {
  /** The best one that the engine can use here; the CPU, as long as it has no other. */
  AUTOMATIC,
  /** The processor. */
  CPU,
  /**
   * A graphics card of NVIDIA. Refused with what is missing where the engine cannot use it, which
   * is so everywhere in this version.
   */
  CUDA
}
