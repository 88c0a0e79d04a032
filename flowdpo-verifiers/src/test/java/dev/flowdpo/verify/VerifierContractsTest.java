package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.testing.contract.VerifierContract;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;

/** Ready verifiers keep the contract. */
class VerifierContractsTest {
  abstract static class Ready extends VerifierContract {
    private static final Problem PROBLEM = Problem.of("How many?", "12");
    private final Verifier verifier;

    Ready(Verifier verifier) {
      this.verifier = verifier;
    }

    @Override
    protected Verifier verifier() {
      return verifier;
    }

    @Override
    protected List<Attempt> right() {
      return List.of(Attempt.of(PROBLEM, "3 * 4 = 12\n#### 12"));
    }

    @Override
    protected List<Attempt> wrong() {
      return List.of(
          Attempt.of(PROBLEM, "3 + 4 = 7\n#### 7"), Attempt.of(PROBLEM, "I do not know"));
    }
  }

  @Nested
  class MathAnswers extends Ready {
    MathAnswers() {
      super(new MathAnswerVerifier());
    }
  }

  @Nested
  class Numbers extends Ready {
    Numbers() {
      super(new NumericVerifier(0, 0.01, AnswerExtractor.marked()));
    }
  }

  @Nested
  class ExactText extends Ready {
    ExactText() {
      super(ExactMatchVerifier.of(AnswerExtractor.marked()));
    }
  }

  @Nested
  class Patterns extends Ready {
    Patterns() {
      super(new RegexVerifier(Pattern.compile("^12$"), AnswerExtractor.marked()));
    }
  }

  @Nested
  class Cached extends Ready {
    Cached() {
      super(CachingVerifier.of(new MathAnswerVerifier(), 100));
    }
  }

  @Nested
  class CombinedBatch extends Ready {
    CombinedBatch() {
      super(
          Verifiers.and(
              new MathAnswerVerifier(),
              (BatchVerifier)
                  attempts -> attempts.stream().map(attempt -> Verdict.of(true)).toList()));
    }
  }
}
