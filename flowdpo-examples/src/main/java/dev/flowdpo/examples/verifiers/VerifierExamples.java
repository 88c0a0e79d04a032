package dev.flowdpo.examples.verifiers;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.Flow;
import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.CachingVerifier;
import dev.flowdpo.verify.CheckVerifier;
import dev.flowdpo.verify.ChoiceVerifier;
import dev.flowdpo.verify.ExactMatchVerifier;
import dev.flowdpo.verify.MathAnswerVerifier;
import dev.flowdpo.verify.NumericVerifier;
import dev.flowdpo.verify.RegexVerifier;
import dev.flowdpo.verify.Verifiers;
import dev.flowdpo.verify.external.HttpVerifier;
import dev.flowdpo.verify.external.JsonSchemaVerifier;
import dev.flowdpo.verify.external.ProcessVerifier;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Each ready verifier in the rollout sampler. Stateless and thread-safe. */
public final class VerifierExamples {
  private static final AnswerExtractor MARKED = AnswerExtractor.marked();

  private VerifierExamples() {}

  /**
   * Runs the examples that need neither a program nor a service, and prints the verdicts.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    List<Problem> problems = WordProblems.heldOut(3).stream().map(WordProblem::toProblem).toList();
    try (Flow flow = Flow.builder().build()) {
      Rollouts rollouts = new Rollouts(flow, problems);
      print("exact match", exactMatch(rollouts));
      print("numeric", numeric(rollouts));
      print("math", math(rollouts));
      print("regular expression", regex(rollouts));
      print("multiple choice", multipleChoice(rollouts));
      print("JSON schema", jsonSchema(rollouts));
      print("predicate", predicate(rollouts));
      print("checks", checks(rollouts));
      print("combination", combination(rollouts));
    }
  }

  private static void print(String name, List<RolloutTree> trees) {
    System.out.println(name);
    for (RolloutTree tree : trees) {
      Branch branch = tree.original();
      System.out.printf(
          "  %s -> %s%n",
          branch.text().replaceAll("\\s+", " "), branch.verdict().reason().orElse(""));
    }
  }

  /** The final answer is the known one, as text. */
  static List<RolloutTree> exactMatch(Rollouts rollouts) {
    return rollouts.judgedBy(ExactMatchVerifier.of(MARKED).ignoringCase());
  }

  /** The final answer is within one part in a hundred of the known one. */
  static List<RolloutTree> numeric(Rollouts rollouts) {
    return rollouts.judgedBy(new NumericVerifier(0, 0.01, MARKED));
  }

  /** The final answer equals the known one: 1/2, 0.5 and 50% are the same. */
  static List<RolloutTree> math(Rollouts rollouts) {
    return rollouts.judgedBy(new MathAnswerVerifier());
  }

  /** The solution says what a pattern asks for: at least one calculation. */
  static List<RolloutTree> regex(Rollouts rollouts) {
    Pattern calculation = Pattern.compile("=\\s*\\d+$", Pattern.MULTILINE);
    return rollouts.judgedBy(
        new RegexVerifier(calculation, AnswerExtractor.wholeText(), Duration.ofMillis(200)));
  }

  /** The known answer is a letter; a solution may name it, or what stands under it. */
  static List<RolloutTree> multipleChoice(Rollouts rollouts) {
    List<Problem> choices =
        rollouts.problems().stream()
            .map(
                p ->
                    p.toBuilder()
                        .answer("B")
                        .attributes(Map.of("A", "0", "B", p.answer().orElseThrow(), "C", "1000"))
                        .build())
            .toList();
    return new Rollouts(rollouts.flow(), choices).judgedBy(new ChoiceVerifier(MARKED));
  }

  /** The solution holds JSON of a certain form; for a model that was asked for it. */
  static List<RolloutTree> jsonSchema(Rollouts rollouts) {
    return rollouts.judgedBy(
        JsonSchemaVerifier.of(
            """
            {"type": "object", "required": ["result"],
             "properties": {"result": {"type": "integer"}}}
            """));
  }

  /** The solution meets a condition of the application's own. */
  static List<RolloutTree> predicate(Rollouts rollouts) {
    return rollouts.judgedBy(
        Verifiers.predicate(
            "has at most four lines", attempt -> attempt.answer().lines().count() <= 4));
  }

  /** The solution passes tests; the reward is the share of those it does. */
  static List<RolloutTree> checks(Rollouts rollouts) {
    return rollouts.judgedBy(
        new CheckVerifier(
            List.of(
                attempt -> expect(attempt.answer().contains("####"), "no answer is marked"),
                attempt ->
                    expect(attempt.finalAnswer().equals(attempt.problem().answer()), "wrong"))));
  }

  private static void expect(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  /** Right and short, each for its share; hanging parts are bounded and equal texts judged once. */
  static List<RolloutTree> combination(Rollouts rollouts) {
    Verifier brief = Verifiers.predicate("is short", attempt -> attempt.answer().length() < 60);
    Verifier right =
        Verifiers.firstDecisive(new MathAnswerVerifier(), ExactMatchVerifier.of(MARKED));
    Verifier both = Verifiers.weighted(ImmutableMap.of(right, 3.0, brief, 1.0));
    try (VerifierGuard guarded =
        new VerifierGuard(CachingVerifier.of(both, 10_000), Duration.ofSeconds(2))) {
      return rollouts.judgedBy(guarded);
    }
  }

  /**
   * A program of any language judges.
   *
   * @param command the program and its arguments, for example {@code python3 grade.py}
   */
  static List<RolloutTree> program(Rollouts rollouts, List<String> command) {
    try (ProcessVerifier verifier =
        ProcessVerifier.of(command).timeLimit(Duration.ofSeconds(30)).processes(2).build()) {
      return rollouts.judgedBy(verifier);
    }
  }

  /** A verifier in Java judges in a virtual machine of its own, with 64 MB of heap. */
  static List<RolloutTree> isolated(Rollouts rollouts) {
    try (ProcessVerifier verifier =
        ProcessVerifier.ofVerifier(MathAnswerVerifier.class, 64)
            .timeLimit(Duration.ofSeconds(30))
            .build()) {
      return rollouts.judgedBy(verifier);
    }
  }

  /** A service judges; all answers of the mini-batch go in one request. */
  static List<RolloutTree> service(Rollouts rollouts, URI address) {
    return rollouts.judgedBy(
        HttpVerifier.of(address).timeLimit(Duration.ofSeconds(30)).retries(2).build());
  }
}
