package dev.flowdpo.testing;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;

/** Makes chunks and partial answers out of single characters, whose code is the token id. */
public final class Chunks {
  /** The token id that ends a sequence. */
  public static final int END = 0;

  private Chunks() {}

  /** Returns a chunk with one token per character and log-probability −1 per token. */
  public static Chunk of(String text) {
    return Chunk.of(ids(text), text, -text.length(), false);
  }

  /** Returns a chunk that ends the sequence after the text. */
  public static Chunk ending(String text) {
    TokenIds ids = TokenIds.builder().addAll(ids(text)).add(END).build();
    return Chunk.of(ids, text, -text.length() - 1, true);
  }

  /** Returns an answer with these chunks. */
  public static PartialAnswer answer(Problem problem, String... texts) {
    PartialAnswer answer = PartialAnswer.start(problem);
    for (String text : texts) {
      answer = answer.append(of(text));
    }
    return answer;
  }

  /** Returns the codes of the characters. */
  public static TokenIds ids(String text) {
    return TokenIds.copyOf(text.chars());
  }
}
