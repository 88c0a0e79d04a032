package dev.flowdpo.cli.experiment;

import com.google.common.collect.Iterables;
import com.google.common.collect.Lists;
import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.comparison.Comparison;
import dev.flowdpo.comparison.TraceComparer;
import dev.flowdpo.comparison.TracePair;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Compares the learned flow's greedy solutions of held-out problems with those of the flow as it
 * was before, and of a single pass. The comparer is asked in both orders.
 */
final class TraceComparison implements ExperimentRun<List<ComparedTraces>> {
  /** What the learned flow is compared with. */
  static final List<Arm> BASELINES = List.of(Arm.NO_UPDATES, Arm.SINGLE_PASS);

  private static final int BATCH = 16;

  private final OnlineSettings settings;
  private final Path learned;
  private final List<Problem> problems;
  private final ComparisonOptions.Choice choice;
  private final ComparisonFile file;

  /**
   * Creates the comparison.
   *
   * @param learned the folder of the learned adapters
   * @param choice who compares, and on how many problems
   * @param file keeps the comparisons
   */
  TraceComparison(
      OnlineSettings settings, Path learned, ComparisonOptions.Choice choice, ComparisonFile file) {
    this.settings = settings;
    this.learned = learned;
    this.problems = settings.set().heldOut(choice.problems());
    this.choice = choice;
    this.file = file;
  }

  /** Returns what the display counts: comparisons. */
  @Override
  public long work() {
    return (long) BASELINES.size() * problems.size();
  }

  /**
   * Returns all comparisons, also those of an earlier run.
   *
   * @throws FlowException if the comparer cannot be asked; what it said before stays in the file
   */
  @Override
  public List<ComparedTraces> run(ProgressDisplay display) {
    List<String> flow = traces(Optional.of(learned), UnaryOperator.identity());
    try (ComparisonOptions.Opened opened = choice.open()) {
      for (int i = 0; i < BASELINES.size(); i++) {
        Arm baseline = BASELINES.get(i);
        List<String> other =
            traces(
                settings.adapters(),
                baseline == Arm.SINGLE_PASS ? SinglePass::of : UnaryOperator.identity());
        ProgressDisplay part = new ShiftedDisplay(display, (long) i * problems.size());
        compare(opened.comparer().orderSwapped(), baseline, flow, other, part);
      }
    }
    return file.rows();
  }

  private List<String> traces(Optional<Path> adapters, UnaryOperator<Flow> kind) {
    try (Flow flow = Flow.builder().engine(settings.open(adapters)).build()) {
      return Evaluation.of(kind.apply(Evaluation.greedy(flow)), problems, ProgressDisplay.NONE)
          .solutions()
          .stream()
          .map(Solution::text)
          .toList();
    }
  }

  private void compare(
      TraceComparer comparer,
      Arm baseline,
      List<String> flow,
      List<String> other,
      ProgressDisplay display) {
    List<TracePair> pairs = new ArrayList<>();
    for (int i = 0; i < problems.size(); i++) {
      pairs.add(new TracePair(problems.get(i), flow.get(i), other.get(i)));
    }
    List<TracePair> open =
        pairs.stream()
            .filter(pair -> file.decided(row(baseline, pair, Comparison.undecided(""))).isEmpty())
            .toList();
    int done = pairs.size() - open.size();
    boolean silent = false;
    for (List<TracePair> batch : Lists.partition(open, BATCH)) {
      List<Comparison> found = silent ? unasked(batch) : comparer.compare(batch);
      List<ComparedTraces> rows = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        rows.add(row(baseline, batch.get(i), found.get(i)));
      }
      file.add(rows);
      // A comparer that makes no sense of a whole batch is not asked hundreds of times more.
      silent = silent || Iterables.all(rows, row -> !row.isDecided());
      done += batch.size();
      display.update(done, "against " + baseline.label());
    }
  }

  private static List<Comparison> unasked(List<TracePair> batch) {
    Comparison none =
        Comparison.undecided("not asked, as a whole batch before it had no preference");
    return batch.stream().map(pair -> none).toList();
  }

  private ComparedTraces row(Arm baseline, TracePair pair, Comparison comparison) {
    return ComparedTraces.of(choice.description(), Arm.DPO, baseline, pair, comparison);
  }
}
