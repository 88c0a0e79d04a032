package dev.flowdpo.runtime.text;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.text.bpe.BytePairEncoder;
import java.util.OptionalInt;
import java.util.Set;

/** A byte-pair tokenizer on the heap. Thread-safe. */
final class HeapTokenizer implements Tokenizer {
  private final BytePairEncoder encoder;
  private final Vocabulary vocabulary;
  private final LeakDetector.Handle open = LeakDetector.opened(this, "A tokenizer");
  private volatile boolean closed;

  HeapTokenizer(BytePairEncoder encoder, Vocabulary vocabulary) {
    this.encoder = encoder;
    this.vocabulary = vocabulary;
  }

  @Override
  public int[] encode(String text) {
    checkOpen();
    return encoder.encode(TextLimit.checked(text));
  }

  @Override
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  @Override
  public String decodeWithSpecialTokens(int[] ids) {
    return decode(ids, true);
  }

  private String decode(int[] ids, boolean withSpecial) {
    checkOpen();
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException("expected token ids, found " + id);
      }
    }
    return encoder.decode(ids, withSpecial);
  }

  @Override
  public int vocabularySize() {
    checkOpen();
    return vocabulary.size();
  }

  @Override
  public OptionalInt idOf(String token) {
    checkOpen();
    Integer id = vocabulary.ids().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Set<String> specialTokens() {
    checkOpen();
    return vocabulary.special();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      open.closed();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new FlowClosedException("The tokenizer is closed");
    }
  }
}
