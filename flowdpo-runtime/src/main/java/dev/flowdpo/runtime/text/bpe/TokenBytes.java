package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.AddedToken;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The bytes of every token, in one array, and the tokens by their bytes, in an open hash table: a
 * few megabytes for a hundred thousand tokens. Immutable and thread-safe.
 */
final class TokenBytes {
  private final byte[] bytes;
  private final int[] starts;
  private final int[] table;

  /** Takes the tokens by id; those of the model by bytes too. */
  TokenBytes(Map<String, Integer> model, List<AddedToken> added) {
    int size =
        1
            + IntStream.concat(
                    model.values().stream().mapToInt(id -> id),
                    added.stream().mapToInt(AddedToken::id))
                .max()
                .orElse(-1);
    byte[][] each = new byte[size][];
    model.forEach((token, id) -> each[id] = ByteAlphabet.bytes(token));
    added.forEach(token -> each[token.id()] = ByteAlphabet.bytes(token.content()));
    starts = new int[size + 1];
    for (int id = 0; id < size; id++) {
      starts[id + 1] = starts[id] + (each[id] == null ? 0 : each[id].length);
    }
    bytes = new byte[starts[size]];
    for (int id = 0; id < size; id++) {
      if (each[id] != null) {
        System.arraycopy(each[id], 0, bytes, starts[id], each[id].length);
      }
    }
    table = new int[Integer.highestOneBit(Math.max(model.size(), 8)) << 2];
    Arrays.fill(table, -1);
    model.forEach(
        (token, id) -> {
          if (ByteAlphabet.spells(token)) {
            table[slot(bytes, starts[id], starts[id + 1])] = id;
          }
        });
  }

  /** {@return the number of ids} */
  int size() {
    return starts.length - 1;
  }

  /** {@return the id of the model's token that stands for these bytes, or -1 if there is none} */
  int find(byte[] word, int length) {
    return table[slot(word, 0, length)];
  }

  /** {@return the number of bytes of the token} */
  int length(int id) {
    return starts[id + 1] - starts[id];
  }

  /** Copies the bytes of the token to a place in another array. */
  void copy(int id, byte[] to, int at) {
    System.arraycopy(bytes, starts[id], to, at, length(id));
  }

  private int slot(byte[] word, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + word[i];
    }
    int mask = table.length - 1;
    int slot = ((hash * 0x9E3779B9) >>> 7) & mask;
    while (table[slot] >= 0) {
      int id = table[slot];
      if (Arrays.equals(bytes, starts[id], starts[id + 1], word, start, end)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
