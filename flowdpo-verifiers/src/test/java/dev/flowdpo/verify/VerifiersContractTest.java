package dev.flowdpo.verify;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.testing.contract.VerifierContract;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.external.JsonSchemaVerifier;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;

/** Every ready verifier and every combination keeps the contract of verifiers. */
class VerifiersContractTest {
  private static final AnswerExtractor MARKED = AnswerExtractor.marked();
  private static final Problem NUMBER = Problem.of("How much is a half of one?", "1/2");

  abstract static class Ready extends VerifierContract {
    private final Verifier verifier;
    private final Problem problem;
    private final List<String> right;
    private final List<String> wrong;

    Ready(Verifier verifier, List<String> right, List<String> wrong) {
      this(verifier, NUMBER, right, wrong);
    }

    Ready(Verifier verifier, Problem problem, List<String> right, List<String> wrong) {
      this.verifier = verifier;
      this.problem = problem;
      this.right = right;
      this.wrong = wrong;
    }

    @Override
    protected Verifier verifier() {
      return verifier;
    }

    @Override
    protected List<Attempt> right() {
      return right.stream().map(text -> Attempt.of(problem, text)).toList();
    }

    @Override
    protected List<Attempt> wrong() {
      return wrong.stream().map(text -> Attempt.of(problem, text)).toList();
    }
  }

  @Nested
  class Mathematics extends Ready {
    Mathematics() {
      super(
          new MathAnswerVerifier(),
          List.of("#### 1/2", "\\boxed{0.5}", "The answer is 50%."),
          List.of("#### 2", "\\boxed{\\frac12 x}", "no idea"));
    }
  }

  @Nested
  class Numbers extends Ready {
    Numbers() {
      super(new NumericVerifier(0, 0.01, MARKED), List.of("#### 0.501"), List.of("#### 0.6", ""));
    }
  }

  @Nested
  class ExactMatch extends Ready {
    ExactMatch() {
      super(ExactMatchVerifier.of(MARKED), List.of("#### 1/2"), List.of("#### 0.5"));
    }
  }

  @Nested
  class Patterns extends Ready {
    Patterns() {
      super(
          new RegexVerifier(Pattern.compile("\\d = \\d"), AnswerExtractor.wholeText()),
          List.of("1 = 1"),
          List.of("1 is 1"));
    }
  }

  @Nested
  class Choices extends Ready {
    Choices() {
      super(
          new ChoiceVerifier(MARKED),
          Problem.builder("Which is prime? (A) 4 (B) 5")
              .answer("B")
              .attributes(Map.of("A", "4", "B", "5"))
              .build(),
          List.of("#### B", "The answer is (B).", "#### 5"),
          List.of("#### A", "neither"));
    }
  }

  @Nested
  class Checks extends Ready {
    Checks() {
      super(
          new CheckVerifier(
              List.of(
                  attempt -> {
                    if (!attempt.answer().contains("####")) {
                      throw new AssertionError("no answer is marked");
                    }
                  })),
          List.of("#### 3"),
          List.of("3"));
    }
  }

  @Nested
  class Schemas extends Ready {
    Schemas() {
      super(
          JsonSchemaVerifier.of("{\"type\": \"object\", \"required\": [\"result\"]}"),
          List.of("{\"result\": 1}"),
          List.of("{\"outcome\": 1}", "[1]"));
    }
  }

  @Nested
  class Cached extends Ready {
    Cached() {
      super(
          CachingVerifier.of(new MathAnswerVerifier(), 100),
          List.of("#### 1/2"),
          List.of("#### 2"));
    }
  }

  @Nested
  class All extends Ready {
    All() {
      super(
          Verifiers.and(new MathAnswerVerifier(), ExactMatchVerifier.of(MARKED)),
          List.of("#### 1/2"),
          List.of("#### 0.5", "#### 2"));
    }
  }

  @Nested
  class Weighted extends Ready {
    Weighted() {
      super(
          Verifiers.weighted(
              ImmutableMap.of(
                  new MathAnswerVerifier(),
                  3.0,
                  Verifiers.predicate("is short", attempt -> attempt.answer().length() < 20),
                  1.0)),
          List.of("#### 1/2", "This takes more words than it should. #### 1/2"),
          List.of("#### 2"));
    }
  }

  @Nested
  class FirstDecisiveOfBatches extends Ready {
    FirstDecisiveOfBatches() {
      super(
          Verifiers.firstDecisive(
              (BatchVerifier)
                  attempts -> attempts.stream().map(new MathAnswerVerifier()::verify).toList(),
              ExactMatchVerifier.of(MARKED)),
          List.of("#### 1/2"),
          List.of("#### 2"));
    }
  }

  @Nested
  class Negated extends Ready {
    Negated() {
      super(Verifiers.not(new MathAnswerVerifier()), List.of("#### 2"), List.of("#### 1/2"));
    }
  }

  @Nested
  class Guarded extends Ready {
    private static final VerifierGuard GUARD = new VerifierGuard(new MathAnswerVerifier());

    Guarded() {
      super(GUARD, List.of("#### 1/2"), List.of("#### 2"));
    }

    @AfterAll
    static void close() {
      GUARD.close();
    }
  }
}
