package dev.flowdpo.runtime.inference;

import com.google.common.collect.MapMaker;
import com.google.common.primitives.Ints;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.text.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Stop model: the frozen base under the Stop adapter reads question, partial answer and stop
 * question, and compares the probabilities of the two answers (Flow-DPO, section 3). The keys and
 * values of question and partial answer are kept and extended chunk by chunk; those of the stop
 * question are dropped after the judgement.
 *
 * <p>Thread-safe.
 */
public final class AdapterStopJudge implements StopJudge {
  private final FrozenBase base;
  private final Prompts prompts;
  private final Prefill prefill;
  private final StopLimit limit;
  private final LiveSnapshot<Pinned> live;

  /**
   * @param slot where the adapter is read when a snapshot is taken
   * @param threshold the probability of "finished" from which an answer is stopped
   */
  public AdapterStopJudge(FrozenBase base, Prompts prompts, AdapterSlot slot, double threshold) {
    this(base, prompts, slot, new StopLimit(threshold, 0));
  }

  /**
   * @param slot where the adapter is read when a snapshot is taken
   * @param limit from when on an answer is stopped
   */
  public AdapterStopJudge(FrozenBase base, Prompts prompts, AdapterSlot slot, StopLimit limit) {
    this(base, prompts, slot, new Prefill(base), limit);
  }

  AdapterStopJudge(
      FrozenBase base, Prompts prompts, AdapterSlot slot, Prefill prefill, StopLimit limit) {
    this.base = base;
    this.prompts = prompts;
    this.prefill = prefill;
    this.limit = limit;
    this.live = new LiveSnapshot<>(slot, Pinned::new);
  }

  /** Judges under the adapter published last. */
  @Override
  public List<StopDecision> judge(List<PartialAnswer> partials) {
    return snapshot().judge(partials);
  }

  /** {@return one snapshot for each state of the adapter, so that its callers share calls} */
  @Override
  public StopJudge snapshot() {
    return live.current();
  }

  @Override
  public void forget(PartialAnswer answer) {
    live.current().forget(answer);
  }

  @Override
  public long cacheBytesPerToken() {
    return base.cacheBytesPerToken();
  }

  @Override
  public boolean sharesCalls() {
    return true;
  }

  @Override
  public boolean sharesEngineTokens() {
    return true;
  }

  private final class Pinned implements StopJudge {
    private final AdapterSnapshot adapter;

    /** Keys and values of the question and all content of a partial answer. */
    private final Map<PartialAnswer, KvClaim> paths = new MapMaker().weakKeys().makeMap();

    Pinned(AdapterSnapshot adapter) {
      this.adapter = adapter;
    }

    @Override
    public long cacheBytesPerToken() {
      return AdapterStopJudge.this.cacheBytesPerToken();
    }

    @Override
    public boolean sharesCalls() {
      return true;
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }

    @Override
    public void forget(PartialAnswer answer) {
      Optional<PartialAnswer> next = Optional.of(answer);
      while (next.isPresent()) {
        Optional.ofNullable(paths.remove(next.get())).ifPresent(KvClaim::close);
        next = next.get().parent();
      }
    }

    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      List<KvClaim> read = new ArrayList<>();
      try {
        for (PartialAnswer partial : partials) {
          read.add(
              partial
                  .parent()
                  .flatMap(parent -> Optional.ofNullable(paths.get(parent)))
                  .flatMap(KvClaim::share)
                  .orElseGet(() -> KvClaim.of(KvPath.EMPTY)));
        }
        return judge(partials, read.stream().map(KvClaim::path).toList());
      } finally {
        read.forEach(KvClaim::close);
      }
    }

    /**
     * Judges.
     *
     * @param read what was read of each answer before
     */
    private List<StopDecision> judge(List<PartialAnswer> partials, List<KvPath> read) {
      int[] stopQuestion = prompts.stopQuestion();
      List<Prefill.Request> requests = new ArrayList<>();
      for (int i = 0; i < partials.size(); i++) {
        PartialAnswer partial = partials.get(i);
        int[] unread =
            read.get(i).length() > 0
                ? partial.lastChunk().orElseThrow().contentTokens().toArray()
                : prompts.answerPrompt(partial).toArray();
        requests.add(
            new Prefill.Request(
                read.get(i), Ints.concat(unread, stopQuestion), stopQuestion.length));
      }
      int[] candidates = {prompts.yesId(), prompts.noId()};
      List<Prefill.Result> results = prefill.run(adapter, requests, candidates);
      List<StopDecision> decisions = new ArrayList<>();
      List<Runnable> remembering = new ArrayList<>();
      for (int i = 0; i < partials.size(); i++) {
        Prefill.Request request = requests.get(i);
        Prefill.Result result = results.get(i);
        KvPath content = result.path().first(request.end() - stopQuestion.length);
        remember(partials.get(i), request.past().length(), content, remembering);
        decisions.add(
            limit.decide(
                probability(result.logProbabilities()), partials.get(i).endedBySequenceEnd()));
      }
      results.forEach(Prefill.Result::giveBackUnclaimed);
      remembering.forEach(Runnable::run);
      return decisions;
    }

    /**
     * Claims what was read of an answer, and with it the answers before it, from which others may
     * branch.
     *
     * @param known how many tokens were read before
     * @param content the keys and values of the question and all content
     * @param remembering gets what remembers it, once all rows of the run, which share its memory,
     *     have claimed it: somebody may forget one at once
     */
    private void remember(
        PartialAnswer partial, int known, KvPath content, List<Runnable> remembering) {
      remembering.add(remember(partial, KvClaim.of(content), true));
      Optional<PartialAnswer> before = partial.parent();
      int length = content.length() - contentOfLastChunk(partial);
      while (before.isPresent() && length > known) {
        PartialAnswer answer = before.get();
        remembering.add(remember(answer, KvClaim.of(content.first(length)), false));
        length -= contentOfLastChunk(answer);
        before = answer.parent();
      }
    }

    private Runnable remember(PartialAnswer answer, KvClaim claim, boolean replacing) {
      return () -> {
        KvClaim unused = replacing ? paths.put(answer, claim) : paths.putIfAbsent(answer, claim);
        if (unused != null) {
          (replacing ? unused : claim).close();
        }
      };
    }

    private static int contentOfLastChunk(PartialAnswer answer) {
      return answer.lastChunk().map(chunk -> chunk.contentTokens().length()).orElse(0);
    }

    /** Probability of yes among yes and no: 1 / (1 + exp(log p(no) − log p(yes))). */
    private double probability(float[] yesAndNo) {
      return 1 / (1 + Math.exp((double) yesAndNo[1] - yesAndNo[0]));
    }
  }
}
