package dev.flowdpo.runtime.inference;

import com.google.common.collect.MapMaker;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The Answer model: the frozen base under the Answer adapter (Flow-DPO, section 3). A {@link
 * #snapshot} keeps the adapter as it is and remembers the keys and values of every partial answer
 * that is still in use, so that no token of a solve is read twice.
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
    this(base, prompts, tokenizer, slot, new Prefill(base), new ChunkDecoder(base));
  }

  AnswerPolicy(
      FrozenBase base,
      Prompts prompts,
      Tokenizer tokenizer,
      AdapterSlot slot,
      Prefill prefill,
      ChunkDecoder decoder) {
    this.base = base;
    this.prompts = prompts;
    this.tokenizer = tokenizer;
    this.slot = slot;
    this.prefill = prefill;
    this.decoder = decoder;
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
  public OptionalInt promptTokens(Problem problem) {
    return OptionalInt.of(prompts.questionPrompt(problem).length);
  }

  /**
   * Where decoding goes on.
   *
   * @param path keys and values of all tokens but the last
   * @param last the last token
   */
  private record State(KvPath path, int last) {}

  /** The state after a chunk, and the answer that the chunk extended. */
  private record Extension(PartialAnswer prefix, State state) {}

  /** What decides which requests can be decoded together. */
  private record Batch(int maxTokens, SamplingOptions sampling) {}

  private final class Pinned implements FlowPolicy {
    private final AdapterSnapshot adapter;

    /**
     * The states after the chunks that were written here. No value refers to its own chunk, so what
     * is remembered of an answer goes with the answer.
     */
    private final Map<Chunk, Extension> extensions = new MapMaker().weakKeys().makeMap();

    /** The states after the texts that were read: questions, and answers made elsewhere. */
    private final Map<PartialAnswer, State> texts = new MapMaker().weakKeys().makeMap();

    Pinned(AdapterSnapshot adapter) {
      this.adapter = adapter;
    }

    @Override
    public OptionalInt promptTokens(Problem problem) {
      return AnswerPolicy.this.promptTokens(problem);
    }

    @Override
    public OptionalInt room(PartialAnswer answer) {
      return known(answer)
          .map(state -> OptionalInt.of(Math.max(0, room(state))))
          .orElse(OptionalInt.empty());
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      readMissing(requests);
      Chunk[] chunks = new Chunk[requests.size()];
      Map<Batch, List<Integer>> batches = new LinkedHashMap<>();
      for (int i = 0; i < requests.size(); i++) {
        ChunkRequest request = requests.get(i);
        int steps = Math.min(request.maxTokens(), room(state(request.prefix())));
        if (steps < 1) {
          chunks[i] = end();
          extensions.put(chunks[i], new Extension(request.prefix(), state(request.prefix())));
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
          Chunk.of(
              TokenIds.copyOf(tokens),
              tokenizer.decodeContinuation(before, Arrays.copyOf(tokens, content)),
              decoded.logProbability(),
              decoded.ended());
      // The block holds the start token and every chosen token but the last: as many as there is
      // content.
      State next =
          content == 0
              ? new State(row.prefix(), row.startToken())
              : new State(row.prefix().append(decoded.block().first(content)), tokens[content - 1]);
      extensions.put(chunk, new Extension(prefix, next));
      return chunk;
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

    private State state(PartialAnswer prefix) {
      return known(prefix)
          .orElseThrow(() -> new IllegalStateException("The prefix was not read: " + prefix));
    }

    private Optional<State> known(PartialAnswer prefix) {
      Optional<State> extended =
          prefix
              .lastChunk()
              .flatMap(chunk -> Optional.ofNullable(extensions.get(chunk)))
              // The same chunk may also follow another answer.
              .filter(extension -> prefix.parent().equals(Optional.of(extension.prefix())))
              .map(Extension::state);
      return extended.or(() -> Optional.ofNullable(texts.get(prefix)));
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
     * Reads the prefixes that this snapshot has not met: new questions, or answers made elsewhere.
     */
    private void readMissing(List<ChunkRequest> requests) {
      List<PartialAnswer> missing =
          requests.stream()
              .map(ChunkRequest::prefix)
              .distinct()
              .filter(prefix -> known(prefix).isEmpty())
              .toList();
      List<Prefill.Request> reads = new ArrayList<>();
      List<PartialAnswer> read = new ArrayList<>();
      List<Integer> lastTokens = new ArrayList<>();
      for (PartialAnswer prefix : missing) {
        int[] tokens = prompts.answerPrompt(prefix).toArray();
        checkLength(prefix, tokens.length);
        int last = tokens[tokens.length - 1];
        if (tokens.length == 1) {
          texts.put(prefix, new State(KvPath.EMPTY, last));
        } else {
          reads.add(new Prefill.Request(KvPath.EMPTY, Arrays.copyOf(tokens, tokens.length - 1)));
          read.add(prefix);
          lastTokens.add(last);
        }
      }
      List<Prefill.Result> results = prefill.run(adapter, reads, NO_CANDIDATES);
      for (int i = 0; i < read.size(); i++) {
        KvPath path = KvPath.EMPTY.append(results.get(i).block());
        texts.put(read.get(i), new State(path, lastTokens.get(i)));
      }
    }
  }
}
