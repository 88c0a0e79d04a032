package dev.flowdpo.model;

/** What computes a model's graphs. */
public enum Device {
  /**
   * The best one that the engine can use here: a graphics card of NVIDIA where there are card,
   * driver and libraries, else the CPU, in which case the engine's log says why.
   */
  AUTOMATIC,
  /** The processor. */
  CPU,
  /** A graphics card of NVIDIA. Refused with what is missing where the engine cannot use it. */
  CUDA
}
