package dev.flowdpo.cli.report;

import com.google.common.base.Suppliers;
import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Short runs of the bundled model over two seeds, with their trees.
 *
 * @param learned Acc(n), one array a seed
 * @param trees all trees of the runs
 */
record RealRuns(List<double[]> learned, List<ReportTree> trees) {
  static final int PROBLEMS = 16;

  private static final Supplier<RealRuns> SHARED = Suppliers.memoize(RealRuns::make)::get;

  /** Returns the runs, which are made once for all tests. */
  static RealRuns shared() {
    return SHARED.get();
  }

  private static RealRuns make() {
    RealRuns runs = new RealRuns(new ArrayList<>(), new ArrayList<>());
    for (long seed = 0; seed < 2; seed++) {
      runs.learned.add(runs.run(seed));
    }
    return runs;
  }

  private double[] run(long seed) {
    List<Problem> problems =
        WordProblems.learning(seed).limit(PROBLEMS).map(WordProblem::toProblem).toList();
    TreeCollector collector =
        new TreeCollector("seed " + seed, (tree, progress) -> true, trees::add);
    FlowEngine engine = new AdapterFlowEngineProvider().open(EngineSettings.defaults());
    LearnerOptions options =
        engine.defaultLearnerOptions().toBuilder()
            .seed(seed)
            .rates(rates -> rates.totalProblems(PROBLEMS))
            .build();
    try (Flow flow = Flow.builder().engine(engine).seed(seed).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(new MathAnswerVerifier())
                .options(options)
                .listener(collector)
                .build()) {
      double[] curve = learner.learn(problems).validation().curve();
      collector.finish();
      return curve;
    }
  }
}
