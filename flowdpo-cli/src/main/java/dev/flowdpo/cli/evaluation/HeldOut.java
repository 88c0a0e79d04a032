package dev.flowdpo.cli.evaluation;

import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The problems that accuracy is measured on and that are never learned from. */
public final class HeldOut {
  /** How many problems are measured on where nothing else is asked for. */
  public static final int DEFAULT = 300;

  /** One in five questions of a file is held out. */
  private static final int SHARE = 5;

  private HeldOut() {}

  /** Returns the first of the fixed held-out word problems. */
  public static List<Problem> builtIn(int count) {
    return WordProblems.heldOut(count).stream().map(WordProblem::toProblem).toList();
  }

  /**
   * A file's problems, parted. No question is on both sides.
   *
   * @param learning to learn from, in the order of the file
   * @param heldOut to measure on, in the order of their questions' hashes
   */
  public record Split(List<Problem> learning, List<Problem> heldOut) {}

  /**
   * Parts a file's problems: the fifth of the questions with the smallest hashes is held out, the
   * same at every call, seed and order of the rows.
   *
   * @throws InvalidInputException if there are fewer than two different questions
   */
  public static Split of(Path file, List<Problem> problems) {
    Map<String, Problem> byQuestion = new LinkedHashMap<>();
    problems.forEach(problem -> byQuestion.putIfAbsent(problem.question(), problem));
    if (byQuestion.size() < 2) {
      throw new InvalidInputException(
          file
              + ": expected at least 2 different questions, one to learn from and one to measure"
              + " on, found 1");
    }
    List<Problem> heldOut =
        byQuestion.values().stream()
            .sorted(Comparator.comparing(problem -> hash(problem.question())))
            .limit(Math.max(1, byQuestion.size() / SHARE))
            .toList();
    Set<String> questions = new HashSet<>();
    heldOut.forEach(problem -> questions.add(problem.question()));
    List<Problem> learning =
        problems.stream().filter(problem -> !questions.contains(problem.question())).toList();
    return new Split(learning, heldOut);
  }

  private static String hash(String question) {
    return Hashing.sha256().hashString(question, StandardCharsets.UTF_8).toString();
  }
}
