package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which part of a solution a verifier of answers judges. */
class ExtractedAnswersTest {

  /** The known answer stands everywhere but at the end. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "It is 42, I think.\n#### 41",
        "The answer is 42. Wait, the answer is 41.",
        "\\boxed{42} is wrong; it is \\boxed{41}",
        "Answer: 42\n\nLet me check: 42 - 1 = 41.\nAnswer: 41",
        "A: 42\nA: 41",
        "42 42 42\n#### 41\n",
        "#### 42\nNo.\n####"
      })
  void textBeforeTheFinalAnswerNeverCounts(String solution) {
    Verdict verdict = new MathAnswerVerifier().verify(Problem.of("?", "42"), solution);
    assertThat(verdict.known()).isTrue();
    assertThat(verdict.isCorrect()).isFalse();
  }

  @Test
  void theVerdictSaysWhichRuleFired() {
    MathAnswerVerifier verifier = new MathAnswerVerifier();
    Problem problem = Problem.of("?", "1/2");
    assertThat(verifier.verify(problem, "so \\boxed{0.5}").answer())
        .contains(new ExtractedAnswer("0.5", AnswerRule.BOX));
    assertThat(verifier.verify(problem, "#### 2/4").answer())
        .contains(new ExtractedAnswer("2/4", AnswerRule.HASH_MARK));
    Verdict none = verifier.verify(problem, "half of it, 1/2");
    assertThat(none.answer()).isEmpty();
    assertThat(none.known()).isTrue();
    assertThat(none.isCorrect()).isFalse();
    assertThat(none.reason().orElse("")).isEqualTo("the solution has no final answer");
  }
}
