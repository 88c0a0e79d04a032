package dev.flowdpo.cli.experiment;

import dev.flowdpo.learning.Trace;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Right solutions that come with the problems, as examples to train on. */
final class GroundTruth {
  private GroundTruth() {}

  /** Returns each problem's solution, a calculation a line. */
  static List<SupervisedExample> stepByStep(
      Distribution distribution, long seed, int count, ModelTokens tokens) {
    return distribution.words(seed, count).stream()
        .map(problem -> example(problem, SolutionStyle.STEPS, seed, tokens))
        .toList();
  }

  /** Returns each problem's solution in a style drawn with equal chances. */
  static List<SupervisedExample> mixed(
      Distribution distribution, long seed, int count, ModelTokens tokens) {
    SplittableRandom random = new SplittableRandom(seed);
    SolutionStyle[] styles = SolutionStyle.values();
    List<SupervisedExample> examples = new ArrayList<>();
    for (WordProblem problem : distribution.words(seed, count)) {
      examples.add(example(problem, styles[random.nextInt(styles.length)], seed, tokens));
    }
    return examples;
  }

  private static SupervisedExample example(
      WordProblem word, SolutionStyle style, long seed, ModelTokens tokens) {
    Problem problem = word.toProblem();
    String text = style.write(word);
    TokenIds ids = TokenIds.copyOf(tokens.tokenizer().encode(text));
    Trace.Origin origin = new Trace.Origin(Trace.GROUND_TRUTH, 0, 0, seed);
    return SupervisedExample.of(new Trace(problem, ids, text, 1, origin), tokens);
  }
}
