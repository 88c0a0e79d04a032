package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Byte-level byte-pair encoding: added tokens are cut out of the text, the rest is cut into words,
 * and the bytes of each word are merged. Immutable but for a cache of words, and thread-safe.
 *
 * <p>Time is proportional to the text, times the logarithm of its longest word. Halves of surrogate
 * pairs are read as U+FFFD.
 */
public final class ByteLevelEncoder {
  /** The longest text that is encoded, in characters. */
  public static final int MAX_TEXT = 1 << 24;

  private final ByteLevelDefinition definition;
  private final PairMerger merger;
  private final AddedTokens written;
  private final AddedTokens normalized;
  private final boolean[] special;
  private final WordCache cache = new WordCache();

  ByteLevelEncoder(ByteLevelDefinition definition) {
    this.definition = definition;
    this.merger = new PairMerger(definition.merges());
    this.special = new boolean[definition.tokens().size()];
    List<AddedTokens.Token> inText = new ArrayList<>();
    List<AddedTokens.Token> inNormalized = new ArrayList<>();
    for (AddedTokens.Token token : definition.added()) {
      special[token.id()] |= token.special();
      (token.normalized() ? inNormalized : inText).add(token);
    }
    this.written = new AddedTokens(inText);
    this.normalized = new AddedTokens(inNormalized);
  }

  /**
   * {@return the ids of the text}
   *
   * @throws InvalidInputException if the text is longer than {@link #MAX_TEXT}
   */
  public int[] encode(String text) {
    if (text.length() > MAX_TEXT) {
      throw new InvalidInputException(
          "text: expected at most "
              + MAX_TEXT
              + " characters to tokenize, found "
              + text.length()
              + "; cut it");
    }
    IntList ids = new IntList();
    Encoding encoding = new Encoding(ids);
    String whole = WholeCharacters.of(text);
    written.cut(
        whole,
        0,
        whole.length(),
        new AddedTokens.Pieces() {
          @Override
          public void text(String piece, int start, int end) {
            normalized.cut(piece, start, end, encoding);
          }

          @Override
          public void token(int id) {
            ids.add(id);
          }
        });
    return ids.from(0);
  }

  /**
   * {@return the text of the ids} Ids that are no token give no text; bytes that are not a whole
   * character give U+FFFD.
   *
   * @param ids ids of at least 0
   * @param withSpecial whether special tokens are spelled out
   */
  public String decode(int[] ids, boolean withSpecial) {
    TokenBytes tokens = definition.tokens();
    int length = 0;
    for (int id : ids) {
      length += isText(id, withSpecial) ? tokens.length(id) : 0;
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (int id : ids) {
      if (isText(id, withSpecial)) {
        tokens.copy(id, bytes, at);
        at += tokens.length(id);
      }
    }
    return LossyUtf8.decode(bytes, length);
  }

  private boolean isText(int id, boolean withSpecial) {
    return id < special.length && (withSpecial || !special[id]);
  }

  /** One text on its way. */
  private final class Encoding implements AddedTokens.Pieces {
    private final IntList ids;
    private byte[] bytes = new byte[4 * WordCache.LONGEST];
    private int[] tokens = new int[4 * WordCache.LONGEST];

    Encoding(IntList ids) {
      this.ids = ids;
    }

    @Override
    public void token(int id) {
      ids.add(id);
    }

    @Override
    public void text(String text, int start, int end) {
      cut(text, start, end, 0);
    }

    private void cut(String text, int start, int end, int step) {
      if (step == definition.words().size()) {
        word(text, start, end);
        return;
      }
      Words words = definition.words().get(step);
      for (int at = start; at < end; ) {
        int next = words.end(text, at, end);
        cut(text, at, next, step + 1);
        at = next;
      }
    }

    private void word(String text, int start, int end) {
      boolean kept = end - start <= WordCache.LONGEST;
      int[] known = kept ? cache.find(text, start, end) : null;
      if (known != null) {
        ids.addAll(known, known.length);
        return;
      }
      int before = ids.size();
      merge(utf8(text, start, end));
      if (kept) {
        cache.keep(text, start, end, ids.from(before));
      }
    }

    private void merge(int length) {
      int whole = definition.wholeWords() ? definition.tokens().find(bytes, length) : -1;
      if (whole >= 0) {
        ids.add(whole);
        return;
      }
      int count = 0;
      for (int i = 0; i < length; i++) {
        int id = definition.byteIds()[bytes[i] & 0xFF];
        if (id >= 0) {
          tokens[count++] = id;
        }
      }
      ids.addAll(tokens, merger.merge(tokens, count));
    }

    private int utf8(String text, int start, int end) {
      int most = 3 * (end - start);
      if (bytes.length < most) {
        bytes = new byte[most];
        tokens = new int[most];
      }
      int length = 0;
      for (int i = start; i < end; ) {
        int c = text.codePointAt(i);
        i += Character.charCount(c);
        if (c < 0x80) {
          bytes[length++] = (byte) c;
          continue;
        }
        if (c < 0x800) {
          bytes[length++] = (byte) (0xC0 | (c >> 6));
        } else {
          if (c < 0x10000) {
            bytes[length++] = (byte) (0xE0 | (c >> 12));
          } else {
            bytes[length++] = (byte) (0xF0 | (c >> 18));
            bytes[length++] = (byte) (0x80 | ((c >> 12) & 0x3F));
          }
          bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        }
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      }
      return length;
    }
  }
}
