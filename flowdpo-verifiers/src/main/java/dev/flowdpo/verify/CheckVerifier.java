package dev.flowdpo.verify;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.Objects;

/**
 * Runs tests in the manner of unit tests on an answer. The reward is the share of tests that pass.
 *
 * <pre>{@code
 * Verifier verifier = new CheckVerifier(List.of(
 *     attempt -> assertThat(attempt.answer()).contains("therefore"),
 *     attempt -> assertThat(compile(attempt.answer())).isSuccessful()));
 * }</pre>
 *
 * <p>An assertion error is a failed test. Anything else that a test throws is passed on: the answer
 * cannot be judged then. As thread-safe as the tests.
 */
public final class CheckVerifier implements Verifier {
  private final List<AnswerCheck> checks;

  /**
   * Creates a verifier.
   *
   * @param checks the tests, at least one
   * @throws dev.flowdpo.error.InvalidInputException if there is none
   */
  public CheckVerifier(List<AnswerCheck> checks) {
    this.checks = List.copyOf(checks);
    if (checks.isEmpty()) {
      throw new InvalidInputException(
          "checks: expected at least one test, found none. Give the tests to run.");
    }
  }

  @Override
  public Verdict verify(Attempt attempt) {
    int passed = 0;
    StringBuilder failures = new StringBuilder();
    for (int i = 0; i < checks.size(); i++) {
      try {
        checks.get(i).check(attempt);
        passed++;
      } catch (AssertionError e) {
        failures.append(failures.isEmpty() ? "" : "; ").append("test ").append(i + 1);
        failures.append(": ").append(Objects.requireNonNullElse(e.getMessage(), "failed"));
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        throw new FlowException("test " + (i + 1) + " could not be run: " + e, e);
      }
    }
    return Verdict.reward((double) passed / checks.size(), failures.toString());
  }
}
