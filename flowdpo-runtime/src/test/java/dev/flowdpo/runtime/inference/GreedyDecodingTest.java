package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Ints;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.value.LogProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Chunked decoding of the stored prompts, whose winners lead by at least 0.01. */
@Tag("slow")
class GreedyDecodingTest {
  static Stream<Arguments> checkpointsAndChunkSizes() {
    return Stream.concat(
        Reference.names().stream()
            .flatMap(name -> Stream.of(1, 7, 24, 64).map(size -> Arguments.of(name, size))),
        Reference.architectures().stream()
            .flatMap(name -> Stream.of(1, 64).map(size -> Arguments.of(name, size))));
  }

  @ParameterizedTest
  @MethodSource("checkpointsAndChunkSizes")
  void onePromptEqualsPyTorch(String name, int chunkSize) {
    Reference reference = Reference.of(name);
    for (JsonNode row : reference.lines("greedy.jsonl")) {
      AdapterSnapshot adapter = reference.adapter(row.get("adapter").booleanValue());
      check(decode(reference.base(), adapter, List.of(row), chunkSize), List.of(row));
    }
  }

  /** Prompts of different lengths in one batch, each once or several times, in any order. */
  @ParameterizedTest
  @MethodSource("checkpointsAndChunkSizes")
  void raggedBatchEqualsPyTorch(String name, int chunkSize) {
    Reference reference = Reference.of(name);
    for (boolean adapted : new boolean[] {false, true}) {
      List<JsonNode> rows = new ArrayList<>();
      for (JsonNode row : reference.lines("greedy.jsonl")) {
        if (row.get("adapter").booleanValue() == adapted) {
          rows.addAll(Collections.nCopies(1 + rows.size() % 3, row));
        }
      }
      assertThat(rows.size()).isGreaterThan(3);
      Collections.shuffle(rows, new Random(chunkSize));
      check(decode(reference.base(), reference.adapter(adapted), rows, chunkSize), rows);
    }
  }

  @Test
  void threadsDoNotDisturbEachOther() throws InterruptedException, ExecutionException {
    Reference reference = Reference.of("gqa-tied");
    List<JsonNode> rows = reference.lines("greedy.jsonl");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        JsonNode row = rows.get(i % rows.size());
        AdapterSnapshot adapter = reference.adapter(row.get("adapter").booleanValue());
        int size = 1 + i % 9;
        futures.add(
            threads.submit(
                () -> check(decode(reference.base(), adapter, List.of(row), size), List.of(row))));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private record Text(int[] tokens, double logProbability) {}

  /** Decodes as many tokens as are stored, in chunks, each after the blocks of those before it. */
  private static List<Text> decode(
      FrozenBase base, AdapterSnapshot adapter, List<JsonNode> rows, int chunkSize) {
    List<ChunkDecoder.Row> states = new ArrayList<>();
    List<KvPath> read = new ArrayList<>();
    Prefill prefill = new Prefill(base);
    for (JsonNode row : rows) {
      int[] prompt = Reference.integers(row.get("prompt"));
      int same = sameRow(rows, row, read.size());
      if (same >= 0) {
        read.add(read.get(same));
      } else if (prompt.length == 1) {
        read.add(KvPath.EMPTY);
      } else {
        int[] known = Arrays.copyOf(prompt, prompt.length - 1);
        Prefill.Request request = new Prefill.Request(KvPath.EMPTY, known);
        read.add(prefill.run(adapter, List.of(request), new int[] {0}).get(0).path());
      }
      KvPath path = read.get(read.size() - 1);
      assertThat(path.length()).isEqualTo(prompt.length - 1);
      states.add(new ChunkDecoder.Row(path, prompt[prompt.length - 1], false, 0, 0));
    }
    ChunkDecoder decoder = new ChunkDecoder(base);
    int[][] tokens = new int[rows.size()][0];
    double[] logProbabilities = new double[rows.size()];
    int left = rows.get(0).get("tokens").size();
    while (left > 0) {
      int size = Math.min(left, chunkSize);
      List<ChunkDecoder.Decoded> chunks =
          decoder.run(adapter, states, size, SamplingOptions.greedy(), abort -> {});
      for (int i = 0; i < chunks.size(); i++) {
        ChunkDecoder.Decoded chunk = chunks.get(i);
        assertThat(chunk.ended()).isFalse();
        assertThat(chunk.tokens()).hasSize(size);
        tokens[i] = Ints.concat(tokens[i], chunk.tokens());
        logProbabilities[i] +=
            LogProbabilities.ofTokens(chunk.logProbabilities()).sum().orElseThrow();
        states.set(
            i,
            new ChunkDecoder.Row(
                states.get(i).prefix().append(chunk.block()),
                chunk.tokens()[size - 1],
                false,
                0,
                0));
      }
      left -= size;
    }
    List<Text> texts = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      texts.add(new Text(tokens[i], logProbabilities[i]));
    }
    return texts;
  }

  private static int sameRow(List<JsonNode> rows, JsonNode row, int before) {
    for (int i = 0; i < before; i++) {
      if (rows.get(i) == row) {
        return i;
      }
    }
    return -1;
  }

  private static void check(List<Text> texts, List<JsonNode> rows) {
    for (int i = 0; i < rows.size(); i++) {
      assertThat(texts.get(i).tokens())
          .containsExactly(Reference.integers(rows.get(i).get("tokens")));
      double expected = 0;
      for (double logProbability : Reference.reals(rows.get(i).get("logProbabilities"))) {
        expected += logProbability;
      }
      assertThat(texts.get(i).logProbability()).isCloseTo(expected, within(1e-4));
    }
  }
}
