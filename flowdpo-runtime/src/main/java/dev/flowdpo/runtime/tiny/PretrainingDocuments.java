package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.util.Arrays;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Endless seeded streams of the documents that the bundled model is pre-trained on.
 *
 * <ul>
 *   <li>Solution document: the prompt of a question; its solution in a style drawn from the mix,
 *       and the end token.
 *   <li>Stop document: prompt, partial answer and stop question; yes or no. Half of them hold a
 *       whole solution (yes); the others end at a multiple of the chunk size inside the solution
 *       (no, or by the mix's sloppiness yes).
 * </ul>
 *
 * <p>Token ids of the parts are joined as they are: nothing is encoded across their borders,
 * because a running flow joins them the same way. Thread-safe if the encoding function is; each
 * stream belongs to one thread.
 */
public final class PretrainingDocuments {
  private static final long STYLE_STREAM = 0x57_1E5L;
  private static final int PATIENCE = 10_000;

  private final Function<String, int[]> encode;
  private final int end;
  private final DocumentMix mix;
  private final int[] stopQuestion;
  private final int yes;
  private final int no;
  private final int equalsSign;

  /**
   * Creates the source of documents.
   *
   * @param encode returns the token ids of a text, without special tokens
   * @param end the id of the end token
   * @param mix what the documents are made of
   * @throws InvalidInputException if {@code " Yes"}, {@code " No"} or {@code "="} is not one token,
   *     or the first two are the same
   */
  public PretrainingDocuments(Function<String, int[]> encode, int end, DocumentMix mix) {
    this.encode = encode;
    this.end = end;
    this.mix = mix;
    stopQuestion = encode.apply(TinyPrompts.STOP_QUESTION);
    yes = single(TinyPrompts.YES);
    no = single(TinyPrompts.NO);
    equalsSign = single("=");
    if (yes == no) {
      throw new InvalidInputException(
          "The tokenizer gives \" Yes\" and \" No\" the same id " + yes + "; expected two.");
    }
  }

  /**
   * Returns an endless stream of documents over {@link WordProblems#training}.
   *
   * @param seed the seed
   * @return a sequential stream; the same seed gives the same documents
   */
  public Stream<PretrainingDocument> stream(long seed) {
    Iterator<WordProblem> problems = WordProblems.training(seed, mix.problems()).iterator();
    SplittableRandom random = new SplittableRandom(seed ^ STYLE_STREAM);
    return Stream.generate(
        () ->
            random.nextDouble() < mix.stopShare()
                ? stopDocument(problems, random)
                : solutionDocument(problems.next(), random));
  }

  private PretrainingDocument solutionDocument(WordProblem problem, SplittableRandom random) {
    TokenIds completion = TokenIds.builder().addAll(solution(problem, random)).add(end).build();
    return new PretrainingDocument(prompt(problem), completion);
  }

  private PretrainingDocument stopDocument(
      Iterator<WordProblem> problems, SplittableRandom random) {
    boolean whole = random.nextBoolean();
    for (int tries = 0; tries < PATIENCE; tries++) {
      WordProblem problem = problems.next();
      TokenIds solution = solution(problem, random);
      int boundaries = (solution.length() - 1) / mix.chunkSize();
      if (whole) {
        return stopDocument(problem, solution, true);
      }
      if (boundaries > 0) {
        int length = mix.chunkSize() * (1 + random.nextInt(boundaries));
        TokenIds partial = solution.slice(0, length);
        boolean careless = random.nextDouble() < mix.sloppiness();
        return stopDocument(problem, partial, careless && partial.contains(equalsSign));
      }
    }
    throw new InvalidInputException(
        "None of "
            + PATIENCE
            + " solutions is longer than a chunk of "
            + mix.chunkSize()
            + " tokens, so there are no partial answers. Use a smaller chunkSize.");
  }

  private PretrainingDocument stopDocument(WordProblem problem, TokenIds answer, boolean finished) {
    TokenIds prompt =
        TokenIds.builder()
            .addAll(prompt(problem))
            .addAll(answer)
            .addAll(TokenIds.copyOf(stopQuestion))
            .build();
    return new PretrainingDocument(prompt, TokenIds.of(finished ? yes : no));
  }

  private TokenIds prompt(WordProblem problem) {
    return TokenIds.copyOf(encode.apply(TinyPrompts.prompt(problem.question())));
  }

  private TokenIds solution(WordProblem problem, SplittableRandom random) {
    SolutionStyle style = SolutionStyle.values()[Shares.draw(mix.styleShares(), random)];
    return TokenIds.copyOf(encode.apply(style.write(problem)));
  }

  private int single(String text) {
    int[] ids = encode.apply(text);
    if (ids.length != 1) {
      throw new InvalidInputException(
          "The tokenizer must encode \""
              + text
              + "\" as one token, found "
              + Arrays.toString(ids)
              + ". Use the tokenizer of TinyTokenizer.train().");
    }
    return ids[0];
  }
}
