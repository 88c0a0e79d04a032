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
  private static final String SOLUTION = "solution";

  private GroundTruth() {}

  /** Says whether a problem brings its solution, as an attribute. */
  static boolean isStatedWith(Problem problem) {
    return problem.attributes().containsKey(SOLUTION);
  }

  /** Returns the solutions that problems bring; of generated ones a calculation a line. */
  static List<SupervisedExample> stated(List<Problem> problems, long seed, ModelTokens tokens) {
    return problems.stream()
        .filter(GroundTruth::isStatedWith)
        .map(
            problem ->
                example(problem, problem.attributes().getOrDefault(SOLUTION, ""), seed, tokens))
        .toList();
  }

  /** Returns each problem's solution in a style drawn with equal chances. */
  static List<SupervisedExample> mixed(
      Distribution distribution, long seed, int count, ModelTokens tokens) {
    SplittableRandom random = new SplittableRandom(seed);
    SolutionStyle[] styles = SolutionStyle.values();
    List<SupervisedExample> examples = new ArrayList<>();
    for (WordProblem problem : distribution.words(seed, count)) {
      SolutionStyle style = styles[random.nextInt(styles.length)];
      examples.add(example(problem.toProblem(), style.write(problem), seed, tokens));
    }
    return examples;
  }

  private static SupervisedExample example(
      Problem problem, String text, long seed, ModelTokens tokens) {
    TokenIds ids = TokenIds.copyOf(tokens.tokenizer().encode(text));
    Trace.Origin origin = new Trace.Origin(Trace.GROUND_TRUTH, 0, 0, seed);
    return SupervisedExample.of(new Trace(problem, ids, text, 1, origin), tokens);
  }
}
