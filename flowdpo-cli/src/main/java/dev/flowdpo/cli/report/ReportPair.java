package dev.flowdpo.cli.report;

import dev.flowdpo.preference.AdapterRole;
import java.util.List;
import java.util.Objects;

/**
 * A preference pair for people: what was chosen and what was rejected after the same prefix.
 * Immutable and thread-safe.
 *
 * @param role the adapter that learns from it
 * @param chosen the preferred chunk's text, or {@code finished} or {@code go on}
 * @param rejected the other chunk's text or decision
 * @param chosenReward reward of the answer that the chosen side led to
 * @param rejectedReward reward of the answer that the rejected side led to
 * @param chosenTokens ids of the chosen completion; copied
 * @param rejectedTokens ids of the rejected completion; copied
 */
public record ReportPair(
    AdapterRole role,
    String chosen,
    String rejected,
    double chosenReward,
    double rejectedReward,
    List<Integer> chosenTokens,
    List<Integer> rejectedTokens) {

  /** Checks that all are there and copies. */
  public ReportPair {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(chosen, "chosen");
    Objects.requireNonNull(rejected, "rejected");
    chosenTokens = List.copyOf(chosenTokens);
    rejectedTokens = List.copyOf(rejectedTokens);
  }
}
