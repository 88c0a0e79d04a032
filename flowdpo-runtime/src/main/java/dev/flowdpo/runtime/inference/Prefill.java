package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.PrefillGraph;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Reads known tokens after known prefixes, many rows at once: prompts under the Answer adapter,
 * chunks and the stop question under the Stop adapter. Long texts are read in pieces of {@link
 * RunLimits#READ_TOKENS}. Thread-safe.
 */
class Prefill {
  private static final Set<String> OUTPUTS = Set.of(PrefillGraph.LOG_PROBABILITIES);

  private final FrozenBase base;
  private final ModelConfig config;
  private final int pieceTokens;

  /**
   * One row.
   *
   * @param past the keys and values before the tokens
   * @param tokens what to read, at least one token
   * @param dropped how many of the last tokens are read only for what follows them
   */
  record Request(KvPath past, int[] tokens, int dropped) {
    /** Creates a row all of which is kept. */
    Request(KvPath past, int[] tokens) {
      this(past, tokens, 0);
    }

    int end() {
      return past.length() + tokens.length;
    }

    /** The next tokens, after everything before them, of which so many were read. */
    Request piece(KvPath before, int read, int most) {
      int end = Math.min(tokens.length, read + most);
      // What is read after a piece needs all of it.
      int kept = end < tokens.length ? end - read : Math.max(1, end - dropped - read);
      return new Request(before, Arrays.copyOfRange(tokens, read, end), end - read - kept);
    }

    /** The number of tokens whose keys and values somebody may want. */
    int kept() {
      return tokens.length - dropped;
    }
  }

  /**
   * What one row gives.
   *
   * @param path the keys and values of the tokens, after those before them; of those to be dropped
   *     as many as lay in its memory
   * @param logProbabilities the log-probability of each candidate after the last token
   */
  record Result(KvPath path, float[] logProbabilities) {
    /** Gives back what was read, as far as nobody claims it. */
    void giveBackUnclaimed() {
      path.blocks().forEach(block -> block.slab().giveBackUnclaimed());
    }
  }

  Prefill(FrozenBase base) {
    this(base, RunLimits.READ_TOKENS);
  }

  /** Reads pieces of so many tokens. */
  Prefill(FrozenBase base, int pieceTokens) {
    this.pieceTokens = pieceTokens;
    this.base = base;
    this.config = base.config();
  }

  /**
   * Reads all rows, similar lengths together, and returns their results in the order of the
   * requests.
   *
   * @throws InvalidInputException if a row is longer than the model allows, or a token is not in
   *     its vocabulary
   */
  List<Result> run(AdapterSnapshot adapter, List<Request> requests, int[] candidates) {
    requests.forEach(this::check);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      order.add(i);
    }
    order.sort((i, j) -> Integer.compare(requests.get(i).end(), requests.get(j).end()));
    Result[] results = new Result[requests.size()];
    int begin = 0;
    while (begin < order.size()) {
      int end = begin + 1;
      long longestTokens = firstPiece(requests.get(order.get(begin)));
      while (end < order.size() && end - begin < RunLimits.ROWS) {
        Request next = requests.get(order.get(end));
        long tokens = Math.max(longestTokens, firstPiece(next));
        if (end - begin >= RunLimits.prefillRows(tokens, next.end())) {
          break;
        }
        longestTokens = tokens;
        end++;
      }
      List<Integer> rows = order.subList(begin, end);
      List<Result> part =
          inPieces(
              adapter, rows.stream().map(requests::get).toList(), candidates, end == order.size());
      for (int i = 0; i < rows.size(); i++) {
        results[rows.get(i)] = part.get(i);
      }
      begin = end;
    }
    return Arrays.asList(results);
  }

  private int firstPiece(Request request) {
    return Math.min(request.tokens().length, pieceTokens);
  }

  private List<Result> inPieces(
      AdapterSnapshot adapter, List<Request> requests, int[] candidates, boolean last) {
    Result[] results = new Result[requests.size()];
    KvPath[] paths = requests.stream().map(Request::past).toArray(KvPath[]::new);
    int[] read = new int[results.length];
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      open.add(i);
    }
    while (!open.isEmpty()) {
      List<Request> pieces =
          open.stream().map(i -> requests.get(i).piece(paths[i], read[i], pieceTokens)).toList();
      List<Result> part = runBatch(adapter, pieces, candidates, last);
      for (int i = 0; i < part.size(); i++) {
        int row = open.get(i);
        results[row] = part.get(i);
        paths[row] = part.get(i).path();
        read[row] += pieces.get(i).tokens().length;
      }
      open.removeIf(i -> read[i] == requests.get(i).tokens().length);
    }
    return Arrays.asList(results);
  }

  private void check(Request request) {
    if (request.end() > base.maxTokens()) {
      throw new InvalidInputException(
          "A text has " + request.end() + " tokens; the model takes at most " + base.maxTokens());
    }
    for (int token : request.tokens()) {
      if (token < 0 || token >= config.vocabularySize()) {
        throw new InvalidInputException(
            "Token id "
                + token
                + " is outside the vocabulary of "
                + config.vocabularySize()
                + " entries");
      }
    }
  }

  private List<Result> runBatch(
      AdapterSnapshot adapter, List<Request> requests, int[] candidates, boolean last) {
    int batch = requests.size();
    int tokens = requests.stream().mapToInt(request -> request.tokens().length).max().orElseThrow();
    List<KvPath> pasts = requests.stream().map(Request::past).toList();
    try (TensorFeed feed = base.feed()) {
      feedTokens(feed, requests, tokens, KvAssembly.longest(pasts));
      LongBuffer ids = feed.longs(PrefillGraph.CANDIDATES, candidates.length);
      for (int candidate : candidates) {
        ids.put(candidate);
      }
      KvAssembly.feed(feed, base, pasts, PrefillGraph::pastKey, PrefillGraph::pastValue);
      feed.adapter(base.adapter(adapter));
      feed.describe("prefill", batch, tokens, adapter);
      if (last) {
        // A layer's widest results, of which several are alive at once.
        base.giveBackAfter(feed, 4L * Float.BYTES * batch * tokens * config.feedForwardSize());
      }
      int heads = config.keyValueHeads();
      try (KvOutputs kv =
              new KvOutputs(base, feed, OUTPUTS, batch, heads, tokens, config.headSize());
          OrtSession.Result result =
              feed.run(base.session(FrozenBase.Kind.PREFILL), kv.requested())) {
        float[] logProbabilities = SessionResults.floats(result, PrefillGraph.LOG_PROBABILITIES);
        int kept = requests.stream().mapToInt(Request::kept).max().orElseThrow();
        KvSlab slab = kv.read(result, kept);
        List<Result> results = new ArrayList<>();
        for (int row = 0; row < batch; row++) {
          int length = requests.get(row).kept();
          KvTokens written = new KvTokens(slab, row * heads, 1);
          results.add(
              new Result(
                  pasts.get(row).append(new KvBlock(written, length)),
                  Arrays.copyOfRange(
                      logProbabilities, row * candidates.length, (row + 1) * candidates.length)));
        }
        return Collections.unmodifiableList(results);
      }
    }
  }

  private static void feedTokens(
      TensorFeed feed, List<Request> requests, int tokens, int longestPast) {
    int batch = requests.size();
    LongBuffer ids = feed.longs(PrefillGraph.TOKENS, batch, tokens);
    LongBuffer positions = feed.longs(PrefillGraph.POSITIONS, batch, tokens);
    LongBuffer keyPositions = feed.longs(PrefillGraph.KEY_POSITIONS, batch, longestPast + tokens);
    LongBuffer last = feed.longs(PrefillGraph.LAST, batch);
    for (int row = 0; row < batch; row++) {
      Request request = requests.get(row);
      int past = request.past().length();
      int length = request.tokens().length;
      for (int i = 0; i < longestPast; i++) {
        keyPositions.put(i < past ? i : Long.MAX_VALUE);
      }
      for (int i = 0; i < tokens; i++) {
        boolean real = i < length;
        ids.put(real ? request.tokens()[i] : 0);
        // Padding repeats the last position: nothing reads it, and it stays inside the rotary
        // tables.
        positions.put(past + Math.min(i, length - 1));
        keyPositions.put(real ? past + i : Long.MAX_VALUE);
      }
      last.put((long) row * tokens + length - 1);
    }
  }
}
