package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.AdamW;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Native memory does not grow with solves and updates.
 *
 * <p>Measured as the resident set of a JVM of its own, whose heap is small, of fixed size and
 * resident from the start, so that what grows is outside the heap.
 */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
  private static final int WARM_UP = 60;
  private static final int ROUNDS = 150;
  private static final long LIMIT = 20L << 20;

  @Test
  void solvesAndUpdatesDoNotGrowIt() throws IOException, InterruptedException {
    String[] sizes = MeasuredJvm.run(Rounds.class, 128).split(" ");
    assertThat(Long.parseLong(sizes[1]) - Long.parseLong(sizes[0]))
        .as("growth of the resident set, of %s bytes after the warm-up", sizes[0])
        .isLessThan(LIMIT);
  }

  /** What the other JVM runs; the last line that it prints is the resident set before and after. */
  static final class Rounds {
    private final ReferenceFlow flow = new ReferenceFlow("wide-heads-tied", true);
    private final Random random = new Random(1);
    private final PreferenceGradient gradient =
        PreferenceGradient.of(flow.base(), GradientPath.TAPS);
    private final INDArray parameters = Nd4j.createFromArray(flow.adapter().values());
    private final AdamW optimizer =
        new AdamW(new AdamW.Settings(0.9, 0.999, 1e-8, 0.01), parameters.length());
    private final AdapterSlot slot = flow.slot();
    private final AnswerPolicy policy =
        new AnswerPolicy(flow.base(), flow.prompts(), flow.tokenizer(), slot);
    private final AdapterStopJudge judge =
        new AdapterStopJudge(flow.base(), flow.prompts(), slot, 0.5);

    private Rounds() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      Rounds rounds = new Rounds();
      for (int i = 0; i < WARM_UP; i++) {
        rounds.round();
      }
      long before = residentBytes();
      for (int i = 0; i < ROUNDS; i++) {
        rounds.round();
      }
      System.out.println(before + " " + residentBytes());
      System.exit(0);
    }

    /** Decodes a chunk of a batch, judges it, takes a step and publishes the adapter. */
    private void round() {
      List<ChunkRequest> requests = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Problem problem = flow.problem(random, 1 + random.nextInt(40));
        requests.add(
            new ChunkRequest(
                PartialAnswer.start(problem), 12, SamplingOptions.of(1), random.nextLong()));
      }
      List<Chunk> chunks = policy.extend(requests);
      List<PartialAnswer> answers = new ArrayList<>();
      for (int i = 0; i < chunks.size(); i++) {
        answers.add(requests.get(i).prefix().append(chunks.get(i)));
      }
      judge.judge(answers);
      AdapterSnapshot adapter = slot.current();
      try (PreferenceGradient.Result result =
          gradient.compute(
              adapter,
              flow.adapter(),
              Reference.of("wide-heads-tied").pairs("pairs"),
              DpoObjective.paper(),
              0)) {
        AdamW.clip(result.gradient(), 1);
        optimizer.step(parameters, result.gradient(), 1e-4);
      }
      slot.publish(
          AdapterSnapshot.of(adapter.layout(), adapter.alpha(), 0, parameters.toFloatVector()));
    }

    private static long residentBytes() throws IOException, InterruptedException {
      // ND4J frees what the collector found unreachable in threads of its own.
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(100);
      }
      return MeasuredJvm.residentBytes("VmRSS");
    }
  }
}
