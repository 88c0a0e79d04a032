package dev.flowdpo.model;

/**
 * How the frozen matrices of a model are held in memory. Everything that learns stays in 32-bit
 * floating point; only the base model, which never changes, is stored in fewer bits, as in QLoRA
 * (Dettmers et al., arXiv 2305.14314).
 */
public enum Quantization {
  /** 32-bit floating point, whatever the type on disk: 4 bytes a parameter. */
  NONE,
  /** 8-bit integers with a factor for every 32 of them: about 1.1 bytes a parameter. */
  INT8,
  /**
   * 4-bit integers with a factor for every 32 of them: about 0.6 bytes a parameter. Token
   * embeddings and the vocabulary projection, which suffer most, keep 8 bits.
   */
  INT4
}
