package dev.flowdpo.runtime.text.bpe;

/**
 * Byte-level byte-pair encoding: added tokens are cut out of the text, the rest is composed where
 * the definition asks for it and cut into words, and the bytes of each word are merged. Immutable
 * but for a cache of words, and thread-safe.
 */
final class ByteLevelEncoder implements BytePairEncoder {
  private final ByteLevelParts parts;
  private final PairMerger merger;
  private final TextPieces pieces;
  private final boolean[] special;
  private final WordCache cache = new WordCache();

  ByteLevelEncoder(ByteLevelParts parts) {
    this.parts = parts;
    this.merger = new PairMerger(parts.merges());
    this.special = new boolean[parts.tokens().size()];
    parts.added().forEach(token -> special[token.id()] |= token.special());
    this.pieces = new TextPieces(parts.added(), parts.normalizer());
  }

  @Override
  public int[] encode(String text) {
    IntList ids = new IntList();
    pieces.cut(text, new Encoding(ids));
    return ids.from(0);
  }

  @Override
  public String decode(int[] ids, boolean withSpecial) {
    TokenBytes tokens = parts.tokens();
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
      if (step == parts.words().size()) {
        word(text, start, end);
        return;
      }
      Words words = parts.words().get(step);
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
      int whole = parts.wholeWords() ? parts.tokens().find(bytes, length) : -1;
      if (whole >= 0) {
        ids.add(whole);
        return;
      }
      int count = 0;
      for (int i = 0; i < length; i++) {
        int id = parts.byteIds()[bytes[i] & 0xFF];
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
