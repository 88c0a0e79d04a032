package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application chose of the way a model runs. */
@Tag("slow")
class ExecutionTargetTest {
  @TempDir private Path folder;

  @Test
  void aDeviceThatIsNotThereIsRefusedWithWhatIsMissing() {
    assertThatThrownBy(() -> flow(target -> target.device(Device.CUDA).deviceIndex(3)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("execution.device: CUDA device 3 cannot be used")
        .hasMessageContaining("expected a CUDA provider of ONNX Runtime on the class path");
    assertThatThrownBy(() -> flow(target -> target.device(Device.CPU).deviceIndex(1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("execution.deviceIndex: expected 0");
  }

  @Test
  void bothWaysToTheGradientLearnTheSame() {
    float[] taps = learned(GradientPath.TAPS);
    float[] inGraph = learned(GradientPath.IN_GRAPH);
    assertThat(inGraph).isNotEqualTo(taps);
    double difference = 0;
    double size = 0;
    for (int i = 0; i < taps.length; i++) {
      difference += Math.pow(inGraph[i] - taps[i], 2);
      size += Math.pow(taps[i], 2);
    }
    // Adam's first steps have the sign of the gradient, which rounding decides where it is tiny.
    assertThat(Math.sqrt(difference / size)).isLessThan(0.01);
  }

  private float[] learned(GradientPath gradients) {
    Path adapters = folder.resolve(gradients.name());
    try (Flow flow = flow(target -> target.device(Device.CPU).gradients(gradients))) {
      learn(flow, 0.05).save(adapters);
    }
    try (Checkpoint checkpoint = Checkpoint.open(BundledModel.folder())) {
      Path answer = adapters.resolve(AdapterRole.ANSWER.folderName());
      return AdapterSnapshot.of(checkpoint.config(), PeftAdapters.read(answer, checkpoint.config()))
          .values();
    }
  }

  private static OnlineLearner learn(Flow flow, double dropout) {
    LearnerOptions options =
        BundledModel.learnerOptions().toBuilder()
            .lora(lora -> lora.dropout(dropout))
            .updates(updates -> updates.pairsPerAnswerUpdate(4))
            .build();
    OnlineLearner learner =
        flow.learner().verifier(BundledProblems.VERIFIER).options(options).build();
    assertThat(learner.learn(BundledProblems.learning(3, 8)).progress().answerUpdates())
        .isPositive();
    return learner;
  }

  private static Flow flow(Consumer<ExecutionTarget.Builder> target) {
    return Flow.builder().modelOptions(options -> options.execution(target)).build();
  }
}
