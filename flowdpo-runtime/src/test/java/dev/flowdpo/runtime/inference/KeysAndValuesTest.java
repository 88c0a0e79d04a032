package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The native memory of keys and values: who gives it back when, and what is in it. */
class KeysAndValuesTest {
  private static final String CHECKPOINT = "wide-heads-tied";
  private static final FlowOptions OPTIONS =
      FlowOptions.builder()
          .chunkSize(6)
          .maxChunks(4)
          .sampling(SamplingOptions.of(1))
          .seed(5)
          .build();

  private final FrozenBase base = Reference.of(CHECKPOINT).load();
  private final ReferenceFlow flow = new ReferenceFlow(CHECKPOINT, true, base);
  private final KvMemory memory = base.keysAndValues();
  private final FlowPolicy policy = flow.policy().snapshot();
  private final StopJudge judge = flow.judge().snapshot();
  private final Random random = new Random(3);

  @AfterEach
  void close() {
    base.close();
  }

  @Test
  void solvesAndRolloutsThatEndLeaveNothing() {
    Flow solver = solver();
    long held = 0;
    for (int round = 0; round < 30; round++) {
      List<Problem> problems = problems(5);
      assertThat(solver.solveAll(problems)).hasSize(5);
      problems.forEach(problem -> solver.solve(problem));
      assertThat(memory.used()).as("after the solves of round %d", round).isZero();
      List<RolloutTree> trees = trees(problems.subList(0, 1));
      assertThat(memory.used()).as("trees can be gone on with").isPositive();
      leaves(trees).forEach(this::forget);
      assertThat(memory.used()).as("after the rollouts of round %d", round).isZero();
      if (round == 10) {
        held = memory.held();
      }
    }
    assertThat(memory.held()).as("held after 300 solves").isEqualTo(held);
  }

  @Test
  void whatIsDroppedComesBackWithTheGarbage() throws InterruptedException {
    long dropped = 0;
    for (int i = 0; i < 3; i++) {
      trees(problems(2));
      dropped = memory.used();
    }
    // The maps look for what is gone when they are written to.
    PartialAnswer probe = PartialAnswer.start(problems(1).get(0));
    for (int i = 0; i < 500 && memory.used() > dropped / 4; i++) {
      System.gc();
      PartialAnswer judged = probe.append(policy.extend(List.of(request(probe))).get(0));
      judge.judge(List.of(judged));
      forget(judged);
      Thread.sleep(10);
    }
    assertThat(memory.used()).isLessThanOrEqualTo(dropped / 4);
  }

  @Test
  void aForgottenAnswerCanBeGoneOnWith() {
    PartialAnswer start = PartialAnswer.start(problems(1).get(0));
    PartialAnswer answer = start.append(policy.extend(List.of(request(start))).get(0));
    double stop = judge.judge(List.of(answer)).get(0).stopProbability();
    ChunkRequest next = request(answer);
    Chunk before = policy.extend(List.of(next)).get(0);
    forget(answer.append(before));
    assertThat(memory.used()).isZero();
    assertThat(policy.extend(List.of(next)).get(0).tokens()).isEqualTo(before.tokens());
    assertThat(judge.judge(List.of(answer)).get(0).stopProbability()).isCloseTo(stop, within(1e-5));
  }

  @Test
  void whereThereIsNoRoomTheHeapHoldsTheSame() {
    Flow solver = solver();
    List<Problem> problems = problems(12);
    List<String> expected = solver.solveAll(problems).stream().map(Solution::text).toList();
    List<KvMemory.Region> all = new ArrayList<>();
    for (int size = 1 << 26; size > 0; size /= 2) {
      Optional<KvMemory.Region> region = memory.take(size);
      while (region.isPresent()) {
        all.add(region.get());
        region = memory.take(size);
      }
    }
    long used = memory.used();
    assertThat(solver.solveAll(problems).stream().map(Solution::text)).isEqualTo(expected);
    assertThat(memory.used()).isEqualTo(used);
    all.forEach(KvMemory.Region::run);
    assertThat(memory.used()).isZero();
  }

  /** Rows of unequal length that all end long before the chunk may. */
  @Test
  void aChunkThatEndsEarlyKeepsTheSameKeysAndValuesWithoutPadding() {
    int longest = 100;
    ChunkDecoder decoder = new ChunkDecoder(base);
    Prefill.Result read =
        new Prefill(base)
            .run(
                flow.adapter(),
                List.of(new Prefill.Request(KvPath.EMPTY, new int[] {5, 9, 12})),
                new int[] {0})
            .get(0);
    KvPath prefix = read.path();
    int found = 0;
    for (long seed = 0; seed < 100 && found < 2; seed++) {
      List<ChunkDecoder.Row> rows = new ArrayList<>();
      for (int row = 0; row < 2; row++) {
        rows.add(new ChunkDecoder.Row(prefix, 7 + row, false, 31 * seed + row, 0));
      }
      List<ChunkDecoder.Decoded> padded = decode(decoder, rows, longest);
      int steps = padded.stream().mapToInt(one -> one.tokens().length).max().orElseThrow();
      long lengths = padded.stream().mapToInt(one -> one.tokens().length).distinct().count();
      if (2 * steps >= longest || lengths < 2) {
        continue;
      }
      found++;
      List<ChunkDecoder.Decoded> exact = decode(decoder, rows, steps);
      for (int row = 0; row < rows.size(); row++) {
        assertThat(padded.get(row).tokens()).isEqualTo(exact.get(row).tokens());
        assertThat(floats(padded.get(row).block())).isEqualTo(floats(exact.get(row).block()));
      }
      assertThat(padded.get(0).block().slab().place(1))
          .isEqualTo(Float.BYTES * steps * flow.config().headSize());
    }
    assertThat(found).as("batches that ended early, with rows of several lengths").isEqualTo(2);
  }

  private List<ChunkDecoder.Decoded> decode(
      ChunkDecoder decoder, List<ChunkDecoder.Row> rows, int steps) {
    return decoder.run(flow.adapter(), rows, steps, SamplingOptions.of(3), abort -> {});
  }

  private float[] floats(KvBlock block) {
    int sides = 2 * flow.config().layers();
    int heads = flow.config().keyValueHeads();
    int size = flow.config().headSize();
    float[] values = new float[sides * heads * block.length() * size];
    ByteBuffer all =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.nativeOrder());
    for (int side = 0; side < sides; side++) {
      for (int head = 0; head < heads; head++) {
        block.copy(side, head, Float.BYTES * size, all);
      }
    }
    assertThat(all.remaining()).isZero();
    all.flip().asFloatBuffer().get(values);
    return values;
  }

  private Flow solver() {
    return Flow.builder()
        .policy(policy)
        .judge(judge)
        .chunkSize(6)
        .maxChunks(4)
        .seed(5)
        .build()
        .withOptions(options -> options.sampling(SamplingOptions.of(1)));
  }

  private static ChunkRequest request(PartialAnswer prefix) {
    return new ChunkRequest(prefix, 6, SamplingOptions.greedy(), 1);
  }

  private List<Problem> problems(int count) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      problems.add(flow.problem(random, 4 + random.nextInt(20)));
    }
    return problems;
  }

  private List<RolloutTree> trees(List<Problem> problems) {
    return RolloutSampler.tree()
        .sample(
            RolloutRequest.builder(problems, policy, judge, attempt -> Verdict.unknown("none"))
                .options(OPTIONS)
                .seed(random.nextLong())
                .build());
  }

  private static List<PartialAnswer> leaves(List<RolloutTree> trees) {
    List<PartialAnswer> leaves = new ArrayList<>();
    for (RolloutTree tree : trees) {
      leaves.add(tree.original().answer());
      for (OutputNode node : tree.nodes()) {
        node.alternatives().stream().map(Branch::answer).forEach(leaves::add);
        node.flipped().map(Branch::answer).ifPresent(leaves::add);
      }
    }
    return leaves;
  }

  private void forget(PartialAnswer answer) {
    policy.forget(answer);
    judge.forget(answer);
  }
}
