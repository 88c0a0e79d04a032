package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.error.InvalidInputException;

/** Says which part of a {@code tokenizer.json} is sound but not among those written in Java. */
public final class UnsupportedTokenizerException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names the part, what was expected of it and what was found. */
  public UnsupportedTokenizerException(String message) {
    super(message);
  }
}
