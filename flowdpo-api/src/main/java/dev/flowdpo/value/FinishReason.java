package dev.flowdpo.value;

/** Why an answer ends where it does. */
public enum FinishReason {
  /** The judge said that the answer is finished. */
  STOPPED,
  /** The limit of chunks was reached and the judge would have gone on. */
  MAX_CHUNKS,
  /** The model has no room for another token and the judge would have gone on. */
  CONTEXT_FULL,
  /** The solve was given up, and the judge would have gone on or was not asked. */
  CANCELLED
}
