package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.core.JsonParser;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.bpe.ByteLevelEncoder;
import dev.flowdpo.runtime.text.bpe.ByteLevelReader;
import dev.flowdpo.runtime.text.bpe.UnsupportedTokenizerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;

/** A byte-level byte-pair tokenizer on the heap. Thread-safe. */
final class ByteLevelTokenizer implements Tokenizer {
  private final ByteLevelEncoder encoder;
  private final Vocabulary vocabulary;
  private volatile boolean closed;

  private ByteLevelTokenizer(ByteLevelEncoder encoder, Vocabulary vocabulary) {
    this.encoder = encoder;
    this.vocabulary = vocabulary;
  }

  /**
   * {@return the tokenizer of the content, which {@link TokenizerJson#check} has seen}
   *
   * @throws UnsupportedTokenizerException if a part of the file is not among those written in Java
   * @throws InvalidInputException if the file contradicts itself
   */
  static Tokenizer of(Path file, byte[] json, Vocabulary vocabulary) {
    try (JsonParser parser = TokenizerJson.parser(json)) {
      return new ByteLevelTokenizer(ByteLevelReader.read(file, parser), vocabulary);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  @Override
  public int[] encode(String text) {
    checkOpen();
    return encoder.encode(text);
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
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new FlowClosedException("The tokenizer is closed");
    }
  }
}
