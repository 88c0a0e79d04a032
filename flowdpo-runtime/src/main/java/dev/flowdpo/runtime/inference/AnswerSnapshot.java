package dev.flowdpo.runtime.inference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.AnswerStates.State;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The Answer model under one state of its adapter. It remembers the keys and values of every
 * partial answer that is still in use, whoever asked for it, so that no token of a solve is read
 * twice. Thread-safe.
 */
final class AnswerSnapshot implements FlowPolicy {
  private static final int[] NO_CANDIDATES = {0};

  private final FrozenBase base;
  private final Prompts prompts;
  private final Tokenizer tokenizer;
  private final Prefill prefill;
  private final ChunkDecoder decoder;
  private final AdapterSnapshot adapter;

  private final AnswerStates states = new AnswerStates();

  /** What decides which requests can be decoded together. */
  private record Batch(int maxTokens, SamplingOptions sampling) {}

  AnswerSnapshot(
      FrozenBase base,
      Prompts prompts,
      Tokenizer tokenizer,
      AdapterSnapshot adapter,
      Prefill prefill,
      ChunkDecoder decoder) {
    this.base = base;
    this.prompts = prompts;
    this.tokenizer = tokenizer;
    this.adapter = adapter;
    this.prefill = prefill;
    this.decoder = decoder;
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

  @Override
  public OptionalInt promptTokens(Problem problem) {
    return OptionalInt.of(prompts.questionPrompt(problem).length);
  }

  @Override
  public OptionalInt room(PartialAnswer answer) {
    return states
        .known(answer)
        .map(state -> OptionalInt.of(Math.max(0, room(state))))
        .orElse(OptionalInt.empty());
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return extend(requests, ChunkWatcher.NONE);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    Map<PartialAnswer, State> prefixes = new HashMap<>();
    try {
      claim(requests, prefixes);
      return extend(requests, watcher, prefixes);
    } finally {
      prefixes.values().forEach(State::close);
    }
  }

  private List<Chunk> extend(
      List<ChunkRequest> requests, ChunkWatcher watcher, Map<PartialAnswer, State> prefixes) {
    Chunk[] chunks = new Chunk[requests.size()];
    Map<Batch, List<ChunkDraft>> batches = new LinkedHashMap<>();
    List<Runnable> remembering = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      ChunkRequest request = requests.get(i);
      State state = Lookup.required(prefixes, request.prefix());
      int steps = Math.min(request.maxTokens(), room(state));
      if (steps < 1) {
        chunks[i] = end();
        remembering.add(remember(request.prefix(), chunks[i], state.path(), state.last()));
      } else {
        batches
            .computeIfAbsent(new Batch(steps, request.sampling()), key -> new ArrayList<>())
            .add(new ChunkDraft(i, request, state.path(), state.last()));
      }
    }
    batches.forEach((batch, drafts) -> write(drafts, batch, watcher));
    for (List<ChunkDraft> drafts : batches.values()) {
      for (ChunkDraft draft : drafts) {
        Chunk chunk = chunk(draft);
        chunks[draft.row()] = chunk;
        remembering.add(remember(draft.request().prefix(), chunk, draft.path(), draft.last()));
      }
    }
    batches.values().forEach(drafts -> drafts.forEach(ChunkDraft::giveBackUnread));
    remembering.forEach(Runnable::run);
    return Arrays.asList(chunks);
  }

  /** Writes in pieces of the watcher's stride, without the rows that ended or nobody wants. */
  private void write(List<ChunkDraft> drafts, Batch batch, ChunkWatcher watcher) {
    boolean streams = watcher.stride() < batch.maxTokens();
    List<ChunkDraft> live = drafts;
    int written = 0;
    while (!live.isEmpty() && written < batch.maxTokens()) {
      int steps = Math.min(watcher.stride(), batch.maxTokens() - written);
      List<ChunkDecoder.Row> rows = live.stream().map(ChunkDraft::next).toList();
      List<ChunkDecoder.Decoded> decoded =
          decoder.run(adapter, rows, steps, batch.sampling(), watcher::onUnwanted);
      for (int i = 0; i < live.size(); i++) {
        ChunkDraft draft = live.get(i);
        draft.add(decoded.get(i));
        if (streams) {
          watcher.onText(draft.row(), text(draft));
        }
      }
      written += steps;
      live = live.stream().filter(d -> !d.ended() && watcher.isWanted(d.row())).toList();
    }
  }

  private String text(ChunkDraft draft) {
    int[] before = draft.request().prefix().contentTokens().toArray();
    return tokenizer.decodeContinuation(before, draft.content());
  }

  private Chunk chunk(ChunkDraft draft) {
    return Chunk.of(
        TokenIds.copyOf(draft.tokens()),
        text(draft),
        LogProbabilities.ofTokens(draft.logProbabilities()),
        draft.ended());
  }

  /**
   * Claims a path, and returns what remembers it. Rows of a run share its memory: all of them claim
   * it before anybody can forget one.
   */
  private Runnable remember(PartialAnswer prefix, Chunk chunk, KvPath path, int last) {
    State next = new State(KvClaim.of(path), last);
    return () -> states.extended(prefix, chunk, next);
  }

  /** The number of tokens that fit after a prefix, the stop question and its answer set aside. */
  private int room(State state) {
    int held = state.path().length() + 1;
    return base.maxTokens() - held - prompts.stopQuestion().length - 1;
  }

  /** What there is to say where nothing fits any more: the end. */
  private Chunk end() {
    int end = base.config().endOfSequenceIds().get(0);
    return Chunk.of(TokenIds.of(end), "", 0, true);
  }

  private void checkLength(PartialAnswer prefix, int tokens) {
    int most = base.maxTokens() - prompts.stopQuestion().length - 2;
    if (tokens > most) {
      throw new InvalidInputException(
          "problem "
              + prefix.problem().id()
              + ": the prompt takes "
              + tokens
              + " tokens, at most "
              + most
              + " leave room for an answer; shorten the question");
    }
  }

  /**
   * Claims the states of all prefixes, and reads those that this snapshot has not met: new
   * questions, or answers made elsewhere.
   *
   * @param claimed gets the states, to be closed
   */
  private void claim(List<ChunkRequest> requests, Map<PartialAnswer, State> claimed) {
    List<PartialAnswer> missing = new ArrayList<>();
    for (ChunkRequest request : requests) {
      PartialAnswer prefix = request.prefix();
      if (!claimed.containsKey(prefix) && !missing.contains(prefix)) {
        states
            .known(prefix)
            .flatMap(State::share)
            .ifPresentOrElse(state -> claimed.put(prefix, state), () -> missing.add(prefix));
      }
    }
    List<Prefill.Request> reads = new ArrayList<>();
    List<PartialAnswer> read = new ArrayList<>();
    List<Integer> lastTokens = new ArrayList<>();
    for (PartialAnswer prefix : missing) {
      int[] tokens = prompts.answerPrompt(prefix).toArray();
      checkLength(prefix, tokens.length);
      int last = tokens[tokens.length - 1];
      if (tokens.length == 1) {
        claimed.put(prefix, new State(KvClaim.of(KvPath.EMPTY), last));
      } else {
        reads.add(new Prefill.Request(KvPath.EMPTY, Arrays.copyOf(tokens, tokens.length - 1)));
        read.add(prefix);
        lastTokens.add(last);
      }
    }
    List<Prefill.Result> results = prefill.run(adapter, reads, NO_CANDIDATES);
    for (int i = 0; i < read.size(); i++) {
      claimed.put(read.get(i), new State(KvClaim.of(results.get(i).path()), lastTokens.get(i)));
    }
    for (PartialAnswer prefix : missing) {
      Lookup.required(claimed, prefix).share().ifPresent(state -> states.read(prefix, state));
    }
  }

  @Override
  public void forget(PartialAnswer answer) {
    states.forget(answer);
  }
}
