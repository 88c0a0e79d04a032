package dev.flowdpo.runtime.inference;

import com.google.common.collect.MapMaker;
import com.google.common.primitives.ImmutableIntArray;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Answer model: the frozen base under the Answer adapter (Flow-DPO, section 3). A {@link #snapshot} keeps the
 * adapter as it is and remembers the keys and values of every partial answer that is still in use, so that no token of a
 * solve is read twice.
 *
 * <p>Thread-safe.
 */
public final class AnswerPolicy implements FlowPolicy {
  private static final int[] NO_CANDIDATES = {0};

  private final FrozenBase base;
  private final Prompts prompts;
  private final Tokenizer tokenizer;
  private final AdapterSlot slot;
  private final Prefill prefill;
  private final ChunkDecoder decoder;

  /**
   * @param slot where the adapter is read when a snapshot is taken
   */
  public AnswerPolicy(FrozenBase base, Prompts prompts, Tokenizer tokenizer, AdapterSlot slot) {
    this.base = base;
    this.prompts = prompts;
    this.tokenizer = tokenizer;
    this.slot = slot;
    this.prefill = new Prefill(base);
    this.decoder = new ChunkDecoder(base);
  }

  /** Extends under the adapter published last; nothing is remembered between calls. */
  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return snapshot().extend(requests);
  }

  @Override
  public FlowPolicy snapshot() {
    return new Pinned(slot.current());
  }

  @Override
  public int promptTokens(Problem problem) {
    return prompts.questionPrompt(problem).length;
  }

  /**
   * Where decoding goes on.
   *
   * @param parent the answer before the last chunk, which tells apart two answers that share a chunk
   * @param path keys and values of all tokens but the last
   * @param last the last token
   */
  private record State(PartialAnswer parent, KvPath path, int last) {
    boolean belongsTo(PartialAnswer answer) {
      return parent == parentOf(answer);
    }

    State after(PartialAnswer prefix) {
      return new State(prefix, path, last);
    }

    static PartialAnswer parentOf(PartialAnswer answer) {
      return answer.parent().orElse(answer);
    }
  }

  /** What decides which requests can be decoded together. */
  private record Batch(int maxTokens, SamplingOptions sampling) {}

  private final class Pinned implements FlowPolicy {
    private final AdapterSnapshot adapter;

    /** The state after a chunk, by the chunk; before the first chunk, by the root of the answer. */
    private final Map<Object, State> states = new MapMaker().weakKeys().makeMap();

    Pinned(AdapterSnapshot adapter) {
      this.adapter = adapter;
    }

    @Override
    public int promptTokens(Problem problem) {
      return AnswerPolicy.this.promptTokens(problem);
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      readMissing(requests);
      Chunk[] chunks = new Chunk[requests.size()];
      Map<Batch, List<Integer>> batches = new LinkedHashMap<>();
      for (int i = 0; i < requests.size(); i++) {
        ChunkRequest request = requests.get(i);
        int steps = Math.min(request.maxTokens(), room(request.prefix()));
        if (steps < 1) {
          chunks[i] = end();
          states.put(chunks[i], state(request.prefix()).after(request.prefix()));
        } else {
          Batch batch = new Batch(steps, request.sampling());
          batches.computeIfAbsent(batch, key -> new ArrayList<>()).add(i);
        }
      }
      batches.forEach(
          (batch, indices) -> {
            List<ChunkRequest> part = indices.stream().map(requests::get).toList();
            List<Chunk> extended = decode(part, batch);
            for (int i = 0; i < indices.size(); i++) {
              chunks[indices.get(i)] = extended.get(i);
            }
          });
      return Arrays.asList(chunks);
    }

    private List<Chunk> decode(List<ChunkRequest> requests, Batch batch) {
      List<ChunkDecoder.Row> rows = new ArrayList<>();
      for (ChunkRequest request : requests) {
        State state = state(request.prefix());
        boolean forbidEnd = request.prefix().endedBySequenceEnd();
        rows.add(new ChunkDecoder.Row(state.path(), state.last(), forbidEnd, request.seed()));
      }
      List<ChunkDecoder.Decoded> decoded =
          decoder.run(adapter, rows, batch.maxTokens(), batch.sampling());
      List<Chunk> chunks = new ArrayList<>();
      for (int i = 0; i < requests.size(); i++) {
        chunks.add(remember(requests.get(i).prefix(), rows.get(i), decoded.get(i)));
      }
      return chunks;
    }

    private Chunk remember(
        PartialAnswer prefix, ChunkDecoder.Row row, ChunkDecoder.Decoded decoded) {
      int[] tokens = decoded.tokens();
      int content = decoded.ended() ? tokens.length - 1 : tokens.length;
      int[] before = prefix.contentTokens().toArray();
      Chunk chunk =
          new Chunk(
              ImmutableIntArray.copyOf(tokens),
              tokenizer.decodeContinuation(before, Arrays.copyOf(tokens, content)),
              decoded.logProbability(),
              decoded.ended());
      // The block holds the start token and every chosen token but the last: as many as there is content.
      State next =
          content == 0
              ? new State(prefix, row.prefix(), row.startToken())
              : new State(
                  prefix,
                  row.prefix().append(decoded.block().first(content)),
                  tokens[content - 1]);
      states.put(chunk, next);
      return chunk;
    }

    /** The number of tokens that fit after a prefix, the stop question and its answer set aside. */
    private int room(PartialAnswer prefix) {
      int held = state(prefix).path().length() + 1;
      return base.maxTokens() - held - prompts.stopQuestion().length - 1;
    }

    /** What there is to say where nothing fits any more: the end. */
    private Chunk end() {
      int end = base.config().endOfSequenceIds().get(0);
      return new Chunk(ImmutableIntArray.of(end), "", 0, true);
    }

    private State state(PartialAnswer prefix) {
      State state = states.get(key(prefix));
      if (state == null || !state.belongsTo(prefix)) {
        throw new IllegalStateException("The prefix was not read: " + prefix);
      }
      return state;
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

    private Object key(PartialAnswer prefix) {
      return prefix.lastChunk().isPresent() ? prefix.lastChunk().get() : prefix;
    }

    /** Reads the prefixes that this snapshot has not met: new questions, or answers made elsewhere. */
    private void readMissing(List<ChunkRequest> requests) {
      Map<Object, PartialAnswer> missing = new LinkedHashMap<>();
      for (ChunkRequest request : requests) {
        PartialAnswer prefix = request.prefix();
        State state = states.get(key(prefix));
        if (state == null || !state.belongsTo(prefix)) {
          missing.put(prefix, prefix);
        }
      }
      List<PartialAnswer> prefixes = List.copyOf(missing.values());
      List<Prefill.Request> reads = new ArrayList<>();
      List<PartialAnswer> read = new ArrayList<>();
      for (PartialAnswer prefix : prefixes) {
        int[] tokens = prompts.answerPrompt(prefix).toArray();
        checkLength(prefix, tokens.length);
        if (tokens.length == 1) {
          states.put(
              key(prefix), new State(State.parentOf(prefix), KvPath.EMPTY, tokens[0]));
        } else {
          reads.add(
              new Prefill.Request(KvPath.EMPTY, Arrays.copyOf(tokens, tokens.length - 1)));
          read.add(prefix);
        }
      }
      if (reads.isEmpty()) {
        return;
      }
      List<Prefill.Result> results = prefill.run(adapter, reads, NO_CANDIDATES);
      for (int i = 0; i < read.size(); i++) {
        int[] tokens = prompts.answerPrompt(read.get(i)).toArray();
        KvPath path = KvPath.EMPTY.append(results.get(i).block());
        PartialAnswer prefix = read.get(i);
        states.put(
            key(prefix), new State(State.parentOf(prefix), path, tokens[tokens.length - 1]));
      }
    }
  }
}
