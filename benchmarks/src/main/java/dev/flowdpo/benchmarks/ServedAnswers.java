package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compares what callers were answered with what the same problem is answered alone, by another flow
 * that nobody else uses, with the same version of the adapters. Equal answers of one version to one
 * problem are compared once. Thread-safe.
 */
final class ServedAnswers {
  /** An answer, and between which versions of a flow its solve may have begun. */
  private record Answer(
      int opening,
      AdapterVersion before,
      AdapterVersion after,
      Problem problem,
      List<TokenIds> tokens) {
    long first() {
      return Math.min(before.number(), after.number());
    }

    long last() {
      return Math.max(before.number(), after.number());
    }
  }

  private record Asked(Path adapters, Problem problem) {}

  private final Set<Answer> answers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Map<Long, Path>> saved = new ConcurrentHashMap<>();

  /** What is live when the flow is opened again was live when it was closed. */
  private final Map<AdapterVersion, Path> versions = new ConcurrentHashMap<>();

  /** Remembers the adapters of a version. */
  void saved(int opening, AdapterVersion version, Path adapters) {
    saved
        .computeIfAbsent(opening, unused -> new ConcurrentHashMap<>())
        .put(version.number(), adapters);
    versions.put(version, adapters);
  }

  /** Says whether the adapters of a version are there. */
  boolean isSaved(int opening, AdapterVersion version) {
    return saved.getOrDefault(opening, Map.of()).containsKey(version.number());
  }

  void add(int opening, AdapterVersion before, AdapterVersion after, Solution solution) {
    answers.add(new Answer(opening, before, after, solution.problem(), tokens(solution)));
  }

  private static List<TokenIds> tokens(Solution solution) {
    return solution.chunks().stream().map(SolutionChunk::tokens).toList();
  }

  /**
   * What came of the comparison.
   *
   * @param distinct answers that were compared
   * @param alone how many times a problem was solved alone for that
   * @param unknown answers of versions that a close took away before they could be saved
   * @param different answers that no version gives that may have been live, in words
   */
  record Comparison(int distinct, int alone, int unknown, List<String> different) {}

  /** Compares all answers. Nobody may add any more. */
  Comparison compare() {
    Map<Path, Set<Problem>> wanted = new TreeMap<>();
    for (Answer answer : answers) {
      for (Path adapters : candidates(answer).values()) {
        wanted.computeIfAbsent(adapters, unused -> new LinkedHashSet<>()).add(answer.problem);
      }
    }
    Map<Asked, List<TokenIds>> alone = new HashMap<>();
    try (Flow reference = Flow.builder().build()) {
      wanted.forEach(
          (adapters, problems) -> {
            reference.adapters().publish(reference.adapters().load(adapters).number());
            problems.forEach(p -> alone.put(new Asked(adapters, p), tokens(reference.solve(p))));
          });
    }
    List<String> different = new ArrayList<>();
    int unknown = 0;
    for (Answer answer : answers) {
      Map<Long, Path> candidates = candidates(answer);
      boolean same =
          candidates.values().stream()
              .anyMatch(a -> answer.tokens.equals(alone.get(new Asked(a, answer.problem))));
      if (!same && candidates.size() <= answer.last() - answer.first()) {
        unknown++;
      } else if (!same) {
        different.add(answer.toString());
      }
    }
    return new Comparison(answers.size() - unknown, alone.size(), unknown, different);
  }

  /** The adapters of the versions that may have been live, as far as they were saved, by number. */
  private Map<Long, Path> candidates(Answer answer) {
    Map<Long, Path> candidates = new TreeMap<>();
    for (AdapterVersion version : List.of(answer.before, answer.after)) {
      Optional.ofNullable(versions.get(version))
          .ifPresent(adapters -> candidates.put(version.number(), adapters));
    }
    Map<Long, Path> of = saved.getOrDefault(answer.opening, Map.of());
    for (long number = answer.first(); number <= answer.last(); number++) {
      Path adapters = of.get(number);
      if (adapters != null) {
        candidates.put(number, adapters);
      }
    }
    return candidates;
  }
}
