package dev.flowdpo.model;

/**
 * How the frozen matrices of a model are held in memory. Everything that learns stays in 32-bit
 * floating point; only the base model, which never changes, is stored in fewer bits, as in QLoRA
 * (Dettmers et al., arXiv 2305.14314).
 */
public enum Quantization {
  /**
   * As the model's file has them: integers of a file that is already quantised stay as they are,
   * floating-point numbers become 32-bit ones.
   */
  AS_STORED,
  /** 32-bit floating point, whatever the type on disk: 4 bytes a parameter. */
  NONE,
  /**
   * 8-bit integers with a factor for every 32 of them: about 1.1 bytes a parameter. Matrices that
   * the file already has in 8 bits or fewer stay as they are.
   */
  INT8,
  /**
   * 4-bit integers with a factor and an offset for every 32 of them: 0.75 bytes a parameter. Token
   * embeddings and the vocabulary projection, which suffer most, are held in 8 bits. Matrices that
   * the file already has in as few bits stay as they are.
   */
  INT4
}
