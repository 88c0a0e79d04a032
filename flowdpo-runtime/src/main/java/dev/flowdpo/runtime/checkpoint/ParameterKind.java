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

  /**
   * {@return the kind of a tensor}
   *
   * @param name a name out of {@link Checkpoint#expectedTensors}
   */
  public static ParameterKind of(String name) {
    if (name.equals("model.embed_tokens.weight")) {
      return EMBEDDING;
    }
    if (name.equals("lm_head.weight")) {
      return HEAD;
    }
    if (name.endsWith(".bias")) {
      return BIAS;
    }
    return name.endsWith("norm.weight") ? NORM : LINEAR;
  }
}
