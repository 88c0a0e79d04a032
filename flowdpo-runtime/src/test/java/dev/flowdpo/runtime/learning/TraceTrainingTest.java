package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.CompileListener;
import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.learning.TraceOptions;
import dev.flowdpo.learning.TraceSet;
import dev.flowdpo.runtime.checkpoint.LockingProcess;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compile stage, as an application calls it, on the bundled model. */
class TraceTrainingTest {
  private static final String ADAPTER = "answer/adapter_model.safetensors";

  @TempDir Path folder;

  /** Remembers what it is told; ends the training at a step, if there is one. */
  private static final class Recorder implements CompileListener {
    private final List<String> events = new ArrayList<>();
    private final int last;
    private double firstLoss;
    private double lastLoss;

    Recorder(int last) {
      this.last = last;
    }

    @Override
    public void onStep(int step, int totalSteps, double loss) {
      if (step > last) {
        throw new IllegalStateException("power cut");
      }
      events.add(step + " of " + totalSteps);
      firstLoss = step == 1 ? loss : firstLoss;
      lastLoss = loss;
    }

    @Override
    public void onHeldOut(int step, double loss, boolean best) {
      events.add("held out after " + step + (best ? ", best" : ""));
    }
  }

  private static TraceSet traces(Flow flow) {
    TraceCompiler collected =
        TraceCompiler.builder().verifier(BundledProblems.VERIFIER).seed(1).build();
    flow.solveAll(BundledProblems.learning(31, 48), collected);
    return collected.compile();
  }

  @Test
  void tracesBecomeAnAdapterThatAFlowLoads() throws IOException {
    try (Flow flow = Flow.builder().seed(1).build()) {
      TraceSet traces = traces(flow);
      Recorder recorder = new Recorder(Integer.MAX_VALUE);

      CompileReport report =
          flow.compiler().epochs(3).seed(4).listener(recorder).compile(traces, folder);

      assertThat(report.traces()).isBetween(1, traces.traces().size() - 1);
      assertThat(report.heldOutLoss().orElseThrow())
          .isLessThan(report.heldOutLossBefore().orElseThrow());
      assertThat(recorder.lastLoss).isEqualTo(report.trainingLoss());
      assertThat(recorder.events)
          .contains("held out after 0", "1 of " + report.steps())
          .contains("held out after " + report.bestStep() + ", best")
          .contains(report.steps() + " of " + report.steps());
      assertThat(Files.readString(folder.resolve("answer/provenance.json")))
          .contains("\"epochs\" : 3", "\"seed\" : 4", "\"learningRate\" : 0.002");
    }
    try (Flow single = Flow.builder().adapters(folder).maxChunks(1).chunkSize(48).build()) {
      assertThat(single.solve(BundledProblems.heldOut(1).get(0)).text()).isNotBlank();
    }
  }

  @Test
  void oneTrainingAtATimeHasTheFolder() throws IOException {
    try (Flow flow = Flow.builder().seed(1).build()) {
      TraceSet traces = traces(flow);
      try (LockingProcess other = LockingProcess.start(folder, "trainer.lock")) {
        assertThatThrownBy(() -> flow.compiler().epochs(1).compile(traces, folder))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining(folder.toString())
            .hasMessageContaining("process " + other.pid());
      }
      // Within the process, too; and a training that fails leaves the folder to the next one.
      assertThatThrownBy(
              () ->
                  flow.compiler()
                      .epochs(1)
                      .listener(
                          new CompileListener() {
                            @Override
                            public void onStep(int step, int totalSteps, double loss) {
                              flow.compiler().epochs(1).compile(traces, folder);
                            }
                          })
                      .compile(traces, folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("trainer of this process");
      assertThat(flow.compiler().epochs(1).compile(traces, folder).steps()).isPositive();
    }
  }

  @Test
  void aCompileStageThatWasKilledResumesToTheSameAdapter() throws IOException {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    try (Flow flow = Flow.builder().seed(1).build()) {
      TraceSet traces = traces(flow);
      CompileReport expected = flow.compiler().epochs(2).compile(traces, whole);
      int beyondTheFirstEpoch = expected.steps() / 2 + 1;
      assertThatThrownBy(
              () ->
                  flow.compiler()
                      .epochs(2)
                      .listener(new Recorder(beyondTheFirstEpoch))
                      .compile(traces, killed))
          .hasMessage("power cut");
      assertThat(killed.resolve(ADAPTER)).doesNotExist();

      Recorder rest = new Recorder(Integer.MAX_VALUE);
      CompileReport resumed =
          flow.compiler().epochs(2).resume(true).listener(rest).compile(traces, killed);

      assertThat(resumed).isEqualTo(expected);
      assertThat(rest.events).doesNotContain("1 of " + expected.steps());
      assertThat(Files.readAllBytes(killed.resolve(ADAPTER)))
          .isEqualTo(Files.readAllBytes(whole.resolve(ADAPTER)));
      assertThatThrownBy(() -> flow.compiler().epochs(5).resume(true).compile(traces, killed))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("same options and data");
    }
  }

  @Test
  void tracesOfAnotherVocabularyAreRefused() {
    Trace.Origin origin = new Trace.Origin("elsewhere", 0, 0, 0);
    try (Flow flow = Flow.builder().build()) {
      for (int id : new int[] {-1, 128_000}) {
        Problem problem = Problem.builder("What is 1 plus 1?").id("foreign").build();
        Trace foreign = new Trace(problem, TokenIds.of(5, id), "2", 1, origin);
        TraceSet set = TraceSet.of(List.of(foreign), TraceOptions.defaults());

        assertThatThrownBy(() -> flow.compiler().compile(set, folder.resolve("none")))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("trace of problem foreign: expected token ids of")
            .hasMessageContaining("found " + id);
      }
      assertThat(folder.resolve("none")).doesNotExist();
    }
  }

  @Test
  void nothingToLearnFromIsRefused() {
    try (Flow flow = Flow.builder().build()) {
      TraceSet none = TraceSet.of(List.of(), TraceOptions.defaults());
      assertThatThrownBy(() -> flow.compiler().compile(none, folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("traces: expected at least one trace")
          .hasMessageContaining("of 0 solutions");
      assertThatThrownBy(() -> flow.compiler().epochs(0))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("epochs");
    }
  }
}
