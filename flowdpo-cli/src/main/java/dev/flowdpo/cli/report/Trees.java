package dev.flowdpo.cli.report;

import java.util.List;

/**
 * Rollout trees to look into. Immutable and thread-safe.
 *
 * @param trees the trees; copied
 */
public record Trees(List<ReportTree> trees) implements Block {

  /** Copies the trees. */
  public Trees {
    trees = List.copyOf(trees);
  }
}
