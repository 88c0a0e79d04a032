package dev.flowdpo.rollout;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.value.FinishReason;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The verdicts on all answers of a batch of trees, asked for together. */
final class Verdicts {
  /** An answer and why it ends; one that is cut off is another than one that was stopped there. */
  private final IdentityHashMap<PartialAnswer, Map<FinishReason, Verdict>> verdicts =
      new IdentityHashMap<>();

  /**
   * Has all answers judged, but those whose verdicts are known; a verifier of single ones is asked
   * one after the other.
   */
  Verdicts(Verifier verifier, List<FlowPath> paths, Map<FlowPath, Verdict> known) {
    List<FlowPath> open = paths.stream().filter(path -> !known.containsKey(path)).toList();
    List<Attempt> attempts =
        open.stream().map(path -> Attempt.of(path.answer(), path.finishReason())).toList();
    List<Verdict> all = VerifierCalls.all(verifier, attempts);
    for (int i = 0; i < open.size(); i++) {
      put(open.get(i), all.get(i));
    }
    known.forEach(this::put);
  }

  private void put(FlowPath path, Verdict verdict) {
    verdicts
        .computeIfAbsent(path.answer(), key -> new EnumMap<>(FinishReason.class))
        .put(path.finishReason(), verdict);
  }

  /** Returns the verdict on the answer of one of the paths. */
  Verdict of(FlowPath path) {
    return Objects.requireNonNull(
        verdicts.getOrDefault(path.answer(), Map.of()).get(path.finishReason()),
        "an answer that was not judged");
  }
}
