package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;

/**
 * Greedy decoding without any cache: for every token the whole text is read again. What chunked
 * decoding must give token for token.
 */
final class OneShotGreedy {
  /**
   * A lead of a token over its runner-up below which rounding may turn them round; random models
   * have such leads now and then.
   */
  private static final float TIE = 1e-4f;

  private final ReferenceFlow flow;

  OneShotGreedy(ReferenceFlow flow) {
    this.flow = flow;
  }

  /**
   * One text that goes on.
   *
   * @param found what chunked decoding gave, an end token included
   */
  record Continuation(int[] text, boolean forbidEnd, int[] found) {}

  /** Checks that every continuation is the greedy one, as far as no two tokens are as good. */
  void check(List<Continuation> continuations) {
    List<int[]> prefixes = new ArrayList<>();
    for (Continuation continuation : continuations) {
      int[] text = continuation.text();
      for (int token : continuation.found()) {
        prefixes.add(text);
        text = Ints.concat(text, new int[] {token});
      }
    }
    List<float[]> scores = flow.next(prefixes);
    int next = 0;
    for (Continuation continuation : continuations) {
      int[] found = continuation.found();
      for (int i = 0; i < found.length; i++) {
        float[] own = scores.get(next + i);
        int best = best(own, continuation.forbidEnd() && i == 0);
        if (found[i] != best) {
          assertThat(own[best] - own[found[i]])
              .as("token %s: found %s, best %s", i, found[i], best)
              .isLessThan(TIE);
        }
      }
      next += found.length;
    }
  }

  private int best(float[] scores, boolean forbidEnd) {
    int best = -1;
    for (int token = 0; token < scores.length; token++) {
      boolean allowed = !forbidEnd || !flow.isEnd(token);
      if (allowed && (best < 0 || scores[token] > scores[best])) {
        best = token;
      }
    }
    return best;
  }
}
