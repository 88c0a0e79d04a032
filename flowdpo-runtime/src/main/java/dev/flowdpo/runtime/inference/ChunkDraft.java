package dev.flowdpo.runtime.inference;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import dev.flowdpo.policy.ChunkRequest;
import java.util.Arrays;
import java.util.Optional;

/** A chunk while it is written, in one piece or in several. Not thread-safe. */
final class ChunkDraft {
  private final int row;
  private final ChunkRequest request;
  private KvPath path;
  private int last;
  private int[] tokens = {};
  private float[] logProbabilities = {};
  private boolean ended;
  private Optional<KvSlab> unread = Optional.empty();

  /**
   * Creates an empty draft.
   *
   * @param row the place of its request
   * @param path the keys and values of all tokens before the last known one
   * @param last the last known token
   */
  ChunkDraft(int row, ChunkRequest request, KvPath path, int last) {
    this.row = row;
    this.request = request;
    this.path = path;
    this.last = last;
  }

  /** Returns what to decode next. */
  ChunkDecoder.Row next() {
    boolean forbidEnd = tokens.length == 0 && request.prefix().endedBySequenceEnd();
    return new ChunkDecoder.Row(path, last, forbidEnd, request.seed(), tokens.length);
  }

  /**
   * Takes a piece. Its block holds the token before it and every token of it but the last: as many
   * as there is content.
   */
  void add(ChunkDecoder.Decoded piece) {
    int content = piece.ended() ? piece.tokens().length - 1 : piece.tokens().length;
    if (content > 0) {
      path = path.append(piece.block().first(content));
      last = piece.tokens()[content - 1];
    } else {
      unread = Optional.of(piece.block().slab());
    }
    tokens = Ints.concat(tokens, piece.tokens());
    logProbabilities = Floats.concat(logProbabilities, piece.logProbabilities());
    ended = piece.ended();
  }

  /**
   * Gives back the memory of a piece without content, if no other row has content in it; after all
   * rows have claimed theirs.
   */
  void giveBackUnread() {
    unread.ifPresent(KvSlab::giveBackUnclaimed);
  }

  int row() {
    return row;
  }

  ChunkRequest request() {
    return request;
  }

  KvPath path() {
    return path;
  }

  int last() {
    return last;
  }

  int[] tokens() {
    return tokens.clone();
  }

  /** Returns the tokens without the end of sequence. */
  int[] content() {
    return ended ? Arrays.copyOf(tokens, tokens.length - 1) : tokens.clone();
  }

  /** Returns that of each token at temperature 1. */
  float[] logProbabilities() {
    return logProbabilities.clone();
  }

  boolean ended() {
    return ended;
  }
}
