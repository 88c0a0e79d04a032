package dev.flowdpo.cli.experiment;

import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.List;

/** Problems that an experiment draws from, and what judges their answers. Thread-safe. */
interface ProblemSet {

  /** Returns its name in files and reports. */
  String label();

  /** Returns the first problems of a seed's stream; none of them is held out. */
  List<Problem> learning(long seed, int count);

  /** Returns the first of the fixed held-out problems, fewer where there are no more. */
  List<Problem> heldOut(int count);

  /** Returns what judges their answers. */
  Verifier verifier();
}
