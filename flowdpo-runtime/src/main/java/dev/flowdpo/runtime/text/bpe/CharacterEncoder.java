package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.AddedToken;
import dev.flowdpo.runtime.text.definition.TokenModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-pair encoding of characters: added tokens are cut out of the text, the rest is normalised,
 * and the characters of each word, most often the whole text, are merged; a character that is no
 * token is spelled by tokens of bytes. Immutable and thread-safe.
 */
final class CharacterEncoder implements BytePairEncoder {
  private static final int BASIC = 0x10000;

  private final CharacterParts parts;
  private final PairMerger merger;
  private final TextPieces pieces;
  private final int[] basic = new int[BASIC];
  private final Map<Integer, Integer> high = new HashMap<>();

  CharacterEncoder(CharacterParts parts, TokenModel.BytePair model, List<AddedToken> added) {
    this.parts = parts;
    this.merger = new PairMerger(new MergeTable(model.merges()));
    this.pieces = new TextPieces(added, parts.normalizer());
    Arrays.fill(basic, -1);
    model
        .vocabulary()
        .forEach(
            (token, id) -> {
              int first = token.isEmpty() ? -1 : token.codePointAt(0);
              if (first >= 0 && token.length() == Character.charCount(first)) {
                if (first < BASIC) {
                  basic[first] = id;
                } else {
                  high.put(first, id);
                }
              }
            });
  }

  @Override
  public int[] encode(String text) {
    IntList ids = new IntList();
    pieces.cut(text, new Encoding(ids));
    return ids.from(0);
  }

  @Override
  public String decode(int[] ids, boolean withSpecial) {
    return parts.decoder().decode(ids, withSpecial);
  }

  /** One text on its way. */
  private final class Encoding implements AddedTokens.Pieces {
    private final IntList ids;
    private boolean begun;

    Encoding(IntList ids) {
      this.ids = ids;
    }

    @Override
    public void token(int id) {
      begun = true;
      ids.add(id);
    }

    @Override
    public void text(String text, int start, int end) {
      String piece = text.substring(start, end);
      if (parts.mark().isEmpty()) {
        word(piece);
      } else {
        marked(parts.mark().get(), piece);
      }
      begun = true;
    }

    private void marked(CharacterParts.SpaceMark mark, String piece) {
      String text = piece.replace(" ", mark.text());
      boolean before = mark.always() || (mark.first() && !begun);
      if (before && !text.startsWith(mark.text())) {
        text = mark.text() + text;
      }
      int start = 0;
      while (mark.splits() && start < text.length()) {
        int next = text.indexOf(mark.text(), start + 1);
        if (next < 0) {
          break;
        }
        word(text.substring(start, next));
        start = next;
      }
      word(text.substring(start));
    }

    private void word(String word) {
      Integer whole = parts.wholeWords().get(word);
      if (whole != null) {
        ids.add(whole);
        return;
      }
      int[] tokens = new int[word.length()];
      int count = 0;
      for (int i = 0; i < word.length(); ) {
        int c = word.codePointAt(i);
        i += Character.charCount(c);
        int id = c < BASIC ? basic[c] : high.getOrDefault(c, -1);
        if (id >= 0) {
          tokens = withRoom(tokens, count + 1);
          tokens[count++] = id;
        } else {
          byte[] spelled = Character.toString(c).getBytes(StandardCharsets.UTF_8);
          tokens = withRoom(tokens, count + spelled.length);
          for (byte b : spelled) {
            tokens[count++] = parts.byteIds()[b & 0xFF];
          }
        }
      }
      ids.addAll(tokens, merger.merge(tokens, count));
    }

    private int[] withRoom(int[] tokens, int size) {
      return size <= tokens.length ? tokens : Arrays.copyOf(tokens, 2 * size);
    }
  }
}
