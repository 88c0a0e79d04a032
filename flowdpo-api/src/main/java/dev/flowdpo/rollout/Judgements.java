package dev.flowdpo.rollout;

import dev.flowdpo.policy.PartialAnswer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/** The verdicts of all answers of a batch of trees, asked for together. */
final class Judgements {
  private final IdentityHashMap<PartialAnswer, Verdict> verdicts = new IdentityHashMap<>();

  /** Has all answers judged; a verifier of single ones is asked one after the other. */
  Judgements(Verifier verifier, List<PartialAnswer> answers) {
    List<Attempt> attempts =
        answers.stream().map(a -> new Attempt(a.problem(), a.text().strip())).toList();
    List<Verdict> all = VerifierCalls.all(verifier, attempts);
    for (int i = 0; i < answers.size(); i++) {
      verdicts.put(answers.get(i), all.get(i));
    }
  }

  /** Returns the verdict on one of the answers. */
  Verdict of(PartialAnswer answer) {
    return Objects.requireNonNull(verdicts.get(answer), "an answer that was not judged");
  }
}
