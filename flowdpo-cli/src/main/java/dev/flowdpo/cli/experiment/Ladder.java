package dev.flowdpo.cli.experiment;

import com.google.common.hash.Hashing;
import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.data.Dataset;
import dev.flowdpo.runtime.tiny.ProblemMix;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The problem sets of the experiment on a real model, from easy to hard: those of which a small
 * model gets some right and many wrong. Where a stream comes to a problem again, the later one is
 * marked by its id. Stateless and thread-safe.
 */
final class Ladder {
  /** The names, as the command line takes them. */
  static final List<String> NAMES =
      List.of("one-step", "one-step-20", "two-step", "svamp", "sentences", "instructions");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** How many problems of a file are never learned from. */
  private static final int FILE_HELD_OUT = 300;

  private Ladder() {}

  /**
   * Returns a set by its name.
   *
   * @param file of the set that is read from one
   * @throws InvalidInputException if there is none of that name, or its file is missing
   */
  static ProblemSet named(String name, Optional<Path> file) {
    return switch (name) {
      case "one-step" -> new Words(name, 1, 10);
      case "one-step-20" -> new Words(name, 1, 20);
      case "two-step" -> new Words(name, 2, 20);
      case "svamp" ->
          File.read(
              name,
              file.orElseThrow(
                  () ->
                      new InvalidInputException(
                          "--data: expected the file of the set svamp, found none")));
      case "sentences" -> Instructions.lenient();
      case "instructions" -> Instructions.demanding();
      default ->
          throw new InvalidInputException(
              "--set: expected one of " + NAMES + ", found \"" + name + "\"");
    };
  }

  /** Gives what comes again an id of its own, so that it is learned from again. */
  static List<Problem> marked(Stream<Problem> problems, int count) {
    Map<String, Integer> times = new HashMap<>();
    return problems
        .limit(count)
        .map(
            problem -> {
              int time = times.merge(problem.id(), 1, Integer::sum);
              return time == 1 ? problem : again(problem, time);
            })
        .toList();
  }

  private static Problem again(Problem problem, int time) {
    Problem.Builder builder =
        Problem.builder(problem.question())
            .id(problem.id() + " (time " + time + ")")
            .attributes(problem.attributes());
    problem.answer().ifPresent(builder::answer);
    return builder.build();
  }

  /**
   * Generated word problems.
   *
   * @param steps of each
   * @param largest number in a question or as its answer
   */
  private record Words(String label, int steps, int largest) implements ProblemSet {

    private ProblemMix mix() {
      List<Double> shares = new ArrayList<>(Collections.nCopies(steps, 0.0));
      shares.set(steps - 1, 1.0);
      return new ProblemMix(shares, 0, 0, 20, 10, 5);
    }

    private boolean isSmall(WordProblem problem) {
      return problem.answer() <= largest
          && NUMBER
              .matcher(problem.question())
              .results()
              .map(MatchResult::group)
              .allMatch(number -> Integer.parseInt(number) <= largest);
    }

    @Override
    public List<Problem> learning(long seed, int count) {
      return marked(
          WordProblems.learning(seed, mix()).filter(this::isSmall).map(WordProblem::toProblem),
          count);
    }

    @Override
    public List<Problem> heldOut(int count) {
      return WordProblems.heldOut(20 * count, mix()).stream()
          .filter(this::isSmall)
          .limit(count)
          .map(WordProblem::toProblem)
          .toList();
    }

    @Override
    public Verifier verifier() {
      return new ExactAnswer();
    }
  }

  /** Problems of a file, in epochs; those with the smallest hashes are held out. */
  private record File(String label, List<Problem> rest, List<Problem> kept) implements ProblemSet {

    static File read(String label, Path file) {
      List<Problem> byHash =
          Dataset.open(file).toList().stream()
              .sorted(Comparator.comparing(problem -> hash(problem.question())))
              .toList();
      if (byHash.size() <= FILE_HELD_OUT) {
        throw new InvalidInputException(
            "%s: expected more than %d problems, found %d"
                .formatted(file, FILE_HELD_OUT, byHash.size()));
      }
      return new File(
          label, byHash.subList(FILE_HELD_OUT, byHash.size()), byHash.subList(0, FILE_HELD_OUT));
    }

    private static String hash(String question) {
      return Hashing.sha256().hashString(question, StandardCharsets.UTF_8).toString();
    }

    @Override
    public List<Problem> learning(long seed, int count) {
      Random random = new Random(seed);
      Stream<Problem> epochs =
          Stream.generate(
                  () -> {
                    List<Problem> shuffled = new ArrayList<>(rest);
                    Collections.shuffle(shuffled, random);
                    return shuffled;
                  })
              .flatMap(List::stream);
      return marked(epochs, count);
    }

    @Override
    public List<Problem> heldOut(int count) {
      return kept.subList(0, Math.min(count, kept.size()));
    }

    @Override
    public Verifier verifier() {
      return new ExactAnswer();
    }
  }
}
