package dev.flowdpo.runtime.checkpoint;

/** What a tensor of a checkpoint is for. */
public enum ParameterKind {
  /** One row a token of the vocabulary; with tied embeddings the vocabulary projection too. */
  EMBEDDING,
  /** The matrix of a linear layer. */
  LINEAR,
  /** What a linear layer adds. */
  BIAS,
  /** The scale of a norm. */
  NORM,
  /** The vocabulary projection of a model whose embeddings are not tied. */
  HEAD;

  /** {@return whether tensors of this kind are matrices, multiplied by or looked up in} */
  public boolean isMatrix() {
    return switch (this) {
      case EMBEDDING, LINEAR, HEAD -> true;
      case BIAS, NORM -> false;
    };
  }
}
