package dev.flowdpo.model;

/**
 * Which of the engine's graphs hold the frozen matrices a second time, in the order in which matrix
 * multiplication reads them. All graphs share one copy of the weights; a packed one is a further
 * copy for speed. Quantised matrices are always packed for decoding and for prefill, whose products
 * of integers are twenty times slower without it.
 */
public enum WeightPacking {
  /** Every graph: the fastest, and up to five further copies. For small models. */
  ALL,
  /**
   * The graph that decodes chunks, where packing matters most: one further copy. Decoding several
   * rows without it is up to 1.5 times slower, prefill and training about 1.1 times.
   */
  DECODING,
  /** No graph: one copy of the weights in all. */
  NONE
}
