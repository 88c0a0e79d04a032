package dev.flowdpo.rollout;

import dev.flowdpo.FlowException;
import dev.flowdpo.policy.PartialAnswer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/** The verdicts of all answers of a batch of trees, asked for together. */
final class Judgements {
  private final IdentityHashMap<PartialAnswer, Verdict> verdicts = new IdentityHashMap<>();

  /** Has all answers judged; a verifier of single ones is asked one after the other. */
  Judgements(Verifier verifier, List<PartialAnswer> answers) {
    if (verifier instanceof BatchVerifier batch) {
      List<Verdict> all = all(batch, answers);
      for (int i = 0; i < answers.size(); i++) {
        verdicts.put(answers.get(i), all.get(i));
      }
    } else {
      answers.forEach(answer -> verdicts.put(answer, one(verifier, answer)));
    }
  }

  /** Returns the verdict on one of the answers. */
  Verdict of(PartialAnswer answer) {
    return Objects.requireNonNull(verdicts.get(answer), "an answer that was not judged");
  }

  private static List<Verdict> all(BatchVerifier verifier, List<PartialAnswer> answers) {
    if (answers.isEmpty()) {
      return List.of();
    }
    List<Attempt> attempts = new ArrayList<>(answers.size());
    answers.forEach(a -> attempts.add(new Attempt(a.problem(), a.text().strip())));
    try {
      List<Verdict> all = verifier.verifyAll(attempts);
      if (all.size() != answers.size()) {
        throw new IllegalStateException(
            "it returned " + all.size() + " verdicts for " + answers.size() + " answers");
      }
      return all.stream().map(VerifierGuard::checked).toList();
    } catch (RuntimeException | AssertionError | StackOverflowError | LinkageError e) {
      return answers.stream().map(answer -> failed(answer, e)).toList();
    }
  }

  private static Verdict one(Verifier verifier, PartialAnswer answer) {
    try {
      return VerifierGuard.checked(verifier.verify(answer.problem(), answer.text().strip()));
    } catch (RuntimeException | AssertionError | StackOverflowError | LinkageError e) {
      return failed(answer, e);
    }
  }

  private static Verdict failed(PartialAnswer answer, Throwable error) {
    if (Thread.currentThread().isInterrupted()) {
      throw new FlowException(
          "Problem " + answer.problem().id() + ": interrupted while verifying.", error);
    }
    return VerifierGuard.failed(answer.problem(), error);
  }
}
