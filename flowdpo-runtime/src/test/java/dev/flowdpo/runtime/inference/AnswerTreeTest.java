package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Random trees of answers: any node may be extended at any time, several times in one call, beside
 * nodes of other problems, greedily or with sampling, with another chunk size for every request.
 */
class AnswerTreeTest {
  private static final int[] CHUNK_SIZES = {1, 7, 64};
  private static final int LONGEST = 100;

  @Provide
  Arbitrary<String> checkpoints() {
    return Arbitraries.of(Reference.names());
  }

  /** Greedy chunks are those of decoding without a cache; log-probabilities are the scorer's. */
  @Property(tries = 12)
  void anyBranchDecodesAsInOneShot(
      @ForAll("checkpoints") String checkpoint,
      @ForAll boolean adapter,
      @ForAll @IntRange(min = 1, max = 3) int problems,
      @ForAll long seed) {
    ReferenceFlow flow = new ReferenceFlow(checkpoint, adapter);
    Random random = new Random(seed);
    FlowPolicy policy = flow.policy().snapshot();
    List<PartialAnswer> nodes = roots(flow, random, problems);
    List<OneShotGreedy.Continuation> greedy = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      List<ChunkRequest> requests = requests(flow, random, nodes);
      List<Chunk> chunks = policy.extend(requests);
      for (int i = 0; i < requests.size(); i++) {
        ChunkRequest request = requests.get(i);
        checkForm(flow, request, chunks.get(i));
        if (request.sampling().isGreedy()) {
          greedy.add(
              new OneShotGreedy.Continuation(
                  flow.read(request.prefix()),
                  request.prefix().endedBySequenceEnd(),
                  chunks.get(i).tokens().toArray()));
        }
        checkLogProbability(flow, request.prefix(), chunks.get(i));
        nodes.add(request.prefix().append(chunks.get(i)));
      }
    }
    new OneShotGreedy(flow).check(greedy);
  }

  /**
   * Probabilities from keys and values extended chunk by chunk are those of reading all at once.
   */
  @Property(tries = 12)
  void anyBranchIsJudgedAsInOnePass(
      @ForAll("checkpoints") String checkpoint,
      @ForAll boolean adapter,
      @ForAll @IntRange(min = 1, max = 3) int problems,
      @ForAll long seed) {
    ReferenceFlow flow = new ReferenceFlow(checkpoint, adapter);
    Random random = new Random(seed);
    FlowPolicy policy = flow.policy().snapshot();
    StopJudge judge = flow.judge().snapshot();
    List<PartialAnswer> nodes = roots(flow, random, problems);
    for (int round = 0; round < 4; round++) {
      List<PartialAnswer> grown = new ArrayList<>();
      List<ChunkRequest> requests = requests(flow, random, nodes);
      List<Chunk> chunks = policy.extend(requests);
      for (int i = 0; i < requests.size(); i++) {
        grown.add(requests.get(i).prefix().append(chunks.get(i)));
      }
      List<StopDecision> decisions = judge.judge(grown);
      List<StopDecision> fresh = flow.judge().snapshot().judge(grown);
      for (int i = 0; i < grown.size(); i++) {
        double probability = decisions.get(i).stopProbability();
        assertThat(probability).isCloseTo(fresh.get(i).stopProbability(), within(1e-5));
        assertThat(probability).isCloseTo(stopProbability(flow, grown.get(i)), within(1e-5));
        assertThat(decisions.get(i).stop()).isEqualTo(probability >= 0.5);
      }
      nodes.addAll(grown);
    }
  }

  /** Probability of yes among yes and no after everything, without anything remembered. */
  private static double stopProbability(ReferenceFlow flow, PartialAnswer answer) {
    float[] next = flow.next(List.of(flow.prompts().stopPrompt(answer).toArray())).get(0);
    double yes = Math.exp(next[ReferenceFlow.YES]);
    return yes / (yes + Math.exp(next[ReferenceFlow.NO]));
  }

  private static List<PartialAnswer> roots(ReferenceFlow flow, Random random, int problems) {
    List<PartialAnswer> roots = new ArrayList<>();
    for (int i = 0; i < problems; i++) {
      roots.add(PartialAnswer.start(flow.problem(random, 1 + random.nextInt(20))));
    }
    return roots;
  }

  private static List<ChunkRequest> requests(
      ReferenceFlow flow, Random random, List<PartialAnswer> nodes) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      PartialAnswer prefix = nodes.get(random.nextInt(nodes.size()));
      int room = LONGEST - flow.read(prefix).length;
      int size = Math.min(room, CHUNK_SIZES[random.nextInt(CHUNK_SIZES.length)]);
      if (size > 0) {
        // High temperatures now and then draw the end of sequence, after which the answer goes on.
        SamplingOptions sampling =
            random.nextBoolean() ? SamplingOptions.greedy() : SamplingOptions.of(3);
        requests.add(new ChunkRequest(prefix, size, sampling, random.nextLong()));
      }
    }
    return requests;
  }

  private static void checkForm(ReferenceFlow flow, ChunkRequest request, Chunk chunk) {
    int[] tokens = chunk.tokens().toArray();
    assertThat(tokens.length).isBetween(1, request.maxTokens());
    for (int i = 0; i < tokens.length; i++) {
      boolean last = i == tokens.length - 1;
      assertThat(flow.isEnd(tokens[i])).isEqualTo(last && chunk.endOfSequence());
    }
    if (!chunk.endOfSequence()) {
      assertThat(tokens).hasSize(request.maxTokens());
    }
    if (request.prefix().endedBySequenceEnd()) {
      assertThat(flow.isEnd(tokens[0])).isFalse();
    }
    assertThat(chunk.text()).isEqualTo(LetterTokenizer.letters(chunk.contentTokens().toArray()));
  }

  private static void checkLogProbability(ReferenceFlow flow, PartialAnswer prefix, Chunk chunk) {
    double sum = 0;
    for (float logProbability : flow.scores(prefix, chunk.tokens())) {
      sum += logProbability;
    }
    assertThat(chunk.logProbability().orElseThrow()).isCloseTo(sum, within(1e-4));
  }
}
