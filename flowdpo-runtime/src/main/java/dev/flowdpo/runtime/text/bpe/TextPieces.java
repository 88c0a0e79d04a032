package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.AddedToken;
import java.util.List;

/**
 * Cuts added tokens out of a text, then normalises what is between them, then cuts those out that
 * are looked for in normalised text. Immutable and thread-safe.
 */
final class TextPieces {
  private final TextNormalizer normalizer;
  private final AddedTokens written;
  private final AddedTokens normalized;

  TextPieces(List<AddedToken> added, TextNormalizer normalizer) {
    this.normalizer = normalizer;
    this.written = AddedTokens.inText(added);
    this.normalized = AddedTokens.inNormalized(added, normalizer::apply);
  }

  /** Hands the pieces on in order. */
  void cut(String text, AddedTokens.Pieces pieces) {
    written.cut(
        text,
        0,
        text.length(),
        new AddedTokens.Pieces() {
          @Override
          public void text(String piece, int start, int end) {
            if (normalizer.changesNothing()) {
              normalized.cut(piece, start, end, pieces);
            } else {
              String changed = normalizer.apply(piece.substring(start, end));
              normalized.cut(changed, 0, changed.length(), pieces);
            }
          }

          @Override
          public void token(int id) {
            pieces.token(id);
          }
        });
  }
}
