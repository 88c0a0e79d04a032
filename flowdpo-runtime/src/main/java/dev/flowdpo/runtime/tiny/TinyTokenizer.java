package dev.flowdpo.runtime.tiny;

import java.util.ArrayList;
import java.util.List;

/** The tokenizer of the bundled model, trained on the generator's own language. */
public final class TinyTokenizer {
  // Far more than needed to meet every word: the rarest comes up about once in a thousand problems.
  private static final int PROBLEMS = 20_000;
  private static final long SEED = 1;

  private TinyTokenizer() {}

  /**
   * Trains the tokenizer; takes about a second. Every word of {@link WordProblems} and of {@link
   * TinyPrompts} becomes one token, and so do {@code ####}, each digit, each of {@code = + - * /}
   * and the line break.
   *
   * @return the vocabulary, always the same
   */
  public static BytePairVocabulary train() {
    List<String> texts = new ArrayList<>();
    texts.add(TinyPrompts.STOP_QUESTION);
    texts.add(TinyPrompts.YES);
    texts.add(TinyPrompts.NO);
    WordProblems.training(SEED, ProblemMix.STANDARD)
        .limit(PROBLEMS)
        .forEach(
            problem -> {
              texts.add(TinyPrompts.prompt(problem.question()));
              for (SolutionStyle style : SolutionStyle.values()) {
                texts.add(style.write(problem));
              }
            });
    return BytePairTrainer.train(texts);
  }
}
