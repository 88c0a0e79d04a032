package dev.flowdpo.cli.learning;

import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Counts by their reasons the verdicts that a verifier failed to give. Not thread-safe. */
final class VerifierFailures {
  private static final int SHOWN = 5;

  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  /** Failures whose reasons differ in numbers only. */
  private record Kind(String example, int count) {
    Kind and(Kind other) {
      return new Kind(example, count + other.count);
    }
  }

  void add(RolloutTree tree) {
    Stream.concat(
            Stream.of(tree.original()), tree.nodes().stream().flatMap(VerifierFailures::branches))
        .map(Branch::verdict)
        .filter(Verdict::failure)
        .flatMap(verdict -> verdict.reason().stream())
        .forEach(
            reason -> kinds.merge(reason.replaceAll("\\d+", "#"), new Kind(reason, 1), Kind::and));
  }

  private static Stream<Branch> branches(OutputNode node) {
    return Stream.concat(node.alternatives().stream(), node.flipped().stream());
  }

  /** Prints a line for each of the most frequent reasons, for people. */
  void print(PrintWriter report) {
    kinds.values().stream()
        .sorted(Comparator.comparingInt(Kind::count).reversed())
        .limit(SHOWN)
        .forEach(kind -> report.printf("  %d × %s%n", kind.count(), kind.example()));
    if (kinds.size() > SHOWN) {
      report.printf("  and %d other kinds%n", kinds.size() - SHOWN);
    }
  }
}
