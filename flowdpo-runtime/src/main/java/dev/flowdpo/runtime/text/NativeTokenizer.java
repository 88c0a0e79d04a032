package dev.flowdpo.runtime.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.runtime.internal.LeakDetector;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * A tokenizer in native memory. Thread-safe: calls run side by side, closing waits for those that
 * have begun, as the native code must not run on memory already freed, and those that come after it
 * are refused.
 */
final class NativeTokenizer implements Tokenizer {
  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final LeakDetector.Handle open = LeakDetector.opened(this, "A tokenizer");
  private boolean closed;

  NativeTokenizer(HuggingFaceTokenizer tokenizer, Vocabulary vocabulary) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
  }

  @Override
  public int[] encode(String text) {
    String whole = TextLimit.checked(text);
    return whileOpen(
            open ->
                Arrays.stream(open.encode(whole, false, false).getIds()).mapToInt(Math::toIntExact))
        .toArray();
  }

  @Override
  public String decode(int[] ids) {
    return decode(ids, true);
  }

  @Override
  public String decodeWithSpecialTokens(int[] ids) {
    return decode(ids, false);
  }

  private String decode(int[] ids, boolean withoutSpecial) {
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException("expected token ids, found " + id);
      }
    }
    long[] wide = Arrays.stream(ids).filter(id -> id < vocabulary.size()).asLongStream().toArray();
    return whileOpen(open -> open.decode(wide, withoutSpecial));
  }

  @Override
  public int vocabularySize() {
    return whileOpen(open -> vocabulary.size());
  }

  @Override
  public OptionalInt idOf(String token) {
    Integer id = whileOpen(open -> vocabulary).ids().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Set<String> specialTokens() {
    return whileOpen(open -> vocabulary.special());
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        open.closed();
        tokenizer.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private <T> T whileOpen(Function<HuggingFaceTokenizer, T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new FlowClosedException("The tokenizer is closed");
      }
      return call.apply(tokenizer);
    } finally {
      lock.readLock().unlock();
    }
  }
}
