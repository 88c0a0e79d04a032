package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the policy draws: distributions, seeds, cuts and ends. */
class ChunkSamplingTest {
  private final ReferenceFlow flow = new ReferenceFlow("gqa-tied", true);

  static Stream<Arguments> checkpointsAndOptions() {
    return Stream.of(
            SamplingOptions.of(1),
            SamplingOptions.of(0.5),
            SamplingOptions.of(2),
            SamplingOptions.builder().temperature(1).topK(10).topP(1).build(),
            SamplingOptions.builder().temperature(1).topK(0).topP(0.8).build(),
            SamplingOptions.builder().temperature(1.5).topK(20).topP(0.7).build())
        .flatMap(
            options -> Stream.of("gqa-tied", "wide-heads-tied").map(n -> Arguments.of(n, options)));
  }

  /** Pearson's test on the first token of 4,000 chunks that differ in their seed only. */
  @ParameterizedTest
  @MethodSource("checkpointsAndOptions")
  void frequenciesFollowTheModel(String checkpoint, SamplingOptions options) {
    int draws = 4000;
    ReferenceFlow model = new ReferenceFlow(checkpoint, true);
    PartialAnswer root = PartialAnswer.start(model.problem(new Random(2), 9));
    double[] expected = distribution(model.next(List.of(model.read(root))).get(0), options);
    List<ChunkRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < draws; seed++) {
      requests.add(new ChunkRequest(root, 1, options, seed));
    }
    int[] counts = new int[expected.length];
    for (Chunk chunk : model.policy().extend(requests)) {
      counts[chunk.tokens().get(0)]++;
    }
    double statistic = 0;
    int cells = 0;
    double rareExpected = 0;
    int rareFound = 0;
    for (int token = 0; token < expected.length; token++) {
      if (expected[token] == 0) {
        assertThat(counts[token]).as("token %s, which is cut off", token).isZero();
      } else if (expected[token] * draws < 5) {
        rareExpected += expected[token] * draws;
        rareFound += counts[token];
      } else {
        statistic += Math.pow(counts[token] - expected[token] * draws, 2) / expected[token] / draws;
        cells++;
      }
    }
    if (rareExpected > 0) {
      statistic += Math.pow(rareFound - rareExpected, 2) / rareExpected;
      cells++;
    }
    // Mean cells − 1, deviation √(2 (cells − 1)); the seeds are fixed, so this passes or fails for
    // good.
    assertThat(statistic).isLessThan(cells - 1 + 4 * Math.sqrt(2.0 * (cells - 1)));
  }

  private static double[] distribution(float[] logProbabilities, SamplingOptions options) {
    List<Integer> order =
        IntStream.range(0, logProbabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -logProbabilities[token]))
            .toList();
    int candidates = options.topK() == 0 ? order.size() : options.topK();
    double[] mass = new double[logProbabilities.length];
    double total = 0;
    for (int token : order.subList(0, candidates)) {
      mass[token] = Math.exp(logProbabilities[token] / options.temperature());
      total += mass[token];
    }
    double before = 0;
    double kept = 0;
    for (int token : order) {
      double probability = mass[token] / total;
      mass[token] = options.topP() == 1 || before < options.topP() ? probability : 0;
      before += probability;
      kept += mass[token];
    }
    for (int token = 0; token < mass.length; token++) {
      mass[token] /= kept;
    }
    return mass;
  }

  @Test
  void seedGivesTheSameTokensInAnyBatch() {
    Random random = new Random(4);
    List<PartialAnswer> roots = new ArrayList<>();
    for (int length : new int[] {1, 4, 4, 15}) {
      roots.add(PartialAnswer.start(flow.problem(random, length)));
    }
    for (SamplingOptions options :
        List.of(
            SamplingOptions.of(1),
            SamplingOptions.builder().temperature(0.7).topK(0).topP(0.9).build())) {
      List<ChunkRequest> requests = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        requests.add(new ChunkRequest(roots.get(i * i % 4), 10, options, i));
      }
      Map<ChunkRequest, Chunk> alone = new HashMap<>();
      for (ChunkRequest request : requests) {
        alone.put(request, flow.policy().extend(List.of(request)).get(0));
      }
      assertThat(alone.values().stream().map(Chunk::tokens)).doesNotHaveDuplicates();
      for (int size : new int[] {12, 7, 2}) {
        Collections.shuffle(requests, random);
        List<ChunkRequest> part = requests.subList(0, size);
        List<Chunk> together = flow.policy().extend(part);
        for (int i = 0; i < size; i++) {
          assertThat(together.get(i).tokens()).isEqualTo(alone.get(part.get(i)).tokens());
        }
      }
    }
  }

  @Test
  void seedsOfOneProblemDiffer() {
    PartialAnswer root = PartialAnswer.start(flow.problem(new Random(1), 6));
    List<ChunkRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      requests.add(new ChunkRequest(root, 8, SamplingOptions.of(1), seed));
    }
    assertThat(flow.policy().extend(requests).stream().map(Chunk::tokens).distinct().count())
        .isGreaterThan(45);
  }

  /** One candidate, a tiny mass, or a temperature next to zero: the best token. */
  @Test
  void narrowestOptionsAreGreedy() {
    for (String checkpoint : Reference.names()) {
      ReferenceFlow model = new ReferenceFlow(checkpoint, true);
      PartialAnswer root = PartialAnswer.start(model.problem(new Random(3), 5));
      Chunk greedy =
          model
              .policy()
              .extend(List.of(new ChunkRequest(root, 20, SamplingOptions.greedy(), 0)))
              .get(0);
      for (SamplingOptions options :
          List.of(
              SamplingOptions.builder().temperature(1.5).topK(1).topP(1).build(),
              SamplingOptions.builder().temperature(1.5).topK(0).topP(1e-6).build(),
              SamplingOptions.builder().temperature(1).topK(0).topP(Double.MIN_VALUE).build(),
              SamplingOptions.of(1e-6),
              SamplingOptions.of(Double.MIN_VALUE),
              SamplingOptions.builder().temperature(Double.MIN_VALUE).topK(7).topP(0.5).build())) {
        Chunk chunk = model.policy().extend(List.of(new ChunkRequest(root, 20, options, 8))).get(0);
        assertThat(chunk.tokens()).as("%s", options).isEqualTo(greedy.tokens());
      }
    }
  }

  @Test
  void moreCandidatesThanTokensAreAllTokens() {
    PartialAnswer root = PartialAnswer.start(flow.problem(new Random(1), 6));
    SamplingOptions wide = SamplingOptions.builder().temperature(1).topK(1_000_000).topP(1).build();
    Chunk chunk = flow.policy().extend(List.of(new ChunkRequest(root, 8, wide, 3))).get(0);
    assertThat(chunk.tokens().length()).isEqualTo(8);
  }

  @ParameterizedTest
  @MethodSource("dev.flowdpo.runtime.reference.Reference#names")
  void rowsEndAtTheirOwnEnds(String checkpoint) {
    ReferenceFlow model = new ReferenceFlow(checkpoint, true);
    PartialAnswer root = PartialAnswer.start(model.problem(new Random(5), 6));
    List<ChunkRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      requests.add(new ChunkRequest(root, 30, SamplingOptions.of(4), seed));
    }
    int ended = 0;
    for (Chunk chunk : model.policy().extend(requests)) {
      int[] tokens = chunk.tokens().toArray();
      for (int i = 0; i < tokens.length - 1; i++) {
        assertThat(model.isEnd(tokens[i])).isFalse();
      }
      assertThat(model.isEnd(tokens[tokens.length - 1])).isEqualTo(chunk.endOfSequence());
      ended += chunk.endOfSequence() ? 1 : 0;
      assertThat(chunk.endOfSequence() || tokens.length == 30).isTrue();
    }
    assertThat(ended).isBetween(5, 55);
  }

  /** The first token after an end that the judge did not accept is not an end again. */
  @ParameterizedTest
  @MethodSource("dev.flowdpo.runtime.reference.Reference#names")
  void answerThatEndedGoesOnWithoutAnotherEnd(String checkpoint) {
    ReferenceFlow model = new ReferenceFlow(checkpoint, true);
    FlowPolicy policy = model.policy().snapshot();
    PartialAnswer root = PartialAnswer.start(model.problem(new Random(5), 6));
    PartialAnswer ended = root;
    for (int seed = 0; !ended.endedBySequenceEnd(); seed++) {
      ChunkRequest request = new ChunkRequest(root, 30, SamplingOptions.of(4), seed);
      ended = root.append(policy.extend(List.of(request)).get(0));
    }
    Chunk last = ended.lastChunk().orElseThrow();
    // The same text, as if it had not ended.
    PartialAnswer open =
        last.tokens().length() == 1
            ? root
            : root.append(Chunk.of(last.contentTokens(), last.text(), 0, false));
    for (SamplingOptions options :
        List.of(
            SamplingOptions.of(9),
            SamplingOptions.builder().temperature(9).topK(0).topP(0.999).build())) {
      assertThat(endsAtOnce(model, policy, open, options)).isPositive();
      assertThat(endsAtOnce(model, policy, ended, options)).isZero();
    }
  }

  private static long endsAtOnce(
      ReferenceFlow model, FlowPolicy policy, PartialAnswer prefix, SamplingOptions options) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < 600; seed++) {
      requests.add(new ChunkRequest(prefix, 1, options, seed));
    }
    return policy.extend(requests).stream()
        .filter(chunk -> model.isEnd(chunk.tokens().get(0)))
        .count();
  }

  /**
   * The best token is the end: a chunk of nothing else, after which decoding goes on from the same
   * place.
   */
  @Test
  void chunkMayHoldNothingButTheEnd() {
    Random random = new Random(6);
    List<PartialAnswer> roots = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      roots.add(PartialAnswer.start(flow.problem(random, 1 + random.nextInt(9))));
    }
    List<float[]> next = flow.next(roots.stream().map(flow::read).toList());
    List<PartialAnswer> ending = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      float[] scores = next.get(i);
      int best =
          IntStream.range(0, scores.length)
              .boxed()
              .max(Comparator.comparingDouble(token -> scores[token]))
              .orElseThrow();
      if (flow.isEnd(best)) {
        ending.add(roots.get(i));
      }
    }
    assertThat(ending).as("questions whose best continuation is the end").isNotEmpty();
    FlowPolicy policy = flow.policy().snapshot();
    List<OneShotGreedy.Continuation> continuations = new ArrayList<>();
    for (PartialAnswer root : ending) {
      Chunk end = greedy(policy, root, 5);
      assertThat(end.endOfSequence()).isTrue();
      assertThat(end.tokens().length()).isEqualTo(1);
      assertThat(end.text()).isEmpty();
      PartialAnswer ended = root.append(end);
      Chunk more = greedy(policy, ended, 5);
      assertThat(flow.isEnd(more.tokens().get(0))).isFalse();
      continuations.add(
          new OneShotGreedy.Continuation(flow.read(ended), true, more.tokens().toArray()));
      PartialAnswer longer = ended.append(more);
      continuations.add(
          new OneShotGreedy.Continuation(
              flow.read(longer),
              longer.endedBySequenceEnd(),
              greedy(policy, longer, 5).tokens().toArray()));
    }
    new OneShotGreedy(flow).check(continuations);
  }

  private static Chunk greedy(FlowPolicy policy, PartialAnswer prefix, int tokens) {
    return policy
        .extend(List.of(new ChunkRequest(prefix, tokens, SamplingOptions.greedy(), 0)))
        .get(0);
  }
}
