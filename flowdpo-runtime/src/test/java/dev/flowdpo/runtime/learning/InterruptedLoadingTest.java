package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt while a model is loaded, or maps its weights for the first solve, costs nothing. */
class InterruptedLoadingTest {
  private static final String QUESTION =
      "Tom has 3 apples. Tom buys 4 more apples. How many apples does Tom have?";

  @TempDir Path folder;

  @AfterEach
  void forgetInterrupts() {
    Thread.interrupted();
  }

  @ParameterizedTest
  @EnumSource(value = Quantization.class, mode = EnumSource.Mode.EXCLUDE, names = "INT8")
  void aThreadInterruptedBeforehandLeavesTheModelWhole(Quantization quantization)
      throws IOException {
    String expected = undisturbed(quantization);
    Thread.currentThread().interrupt();
    Flow flow = open(quantization, "interrupted");
    try {
      assertThat(Thread.currentThread().isInterrupted()).as("kept for the caller").isTrue();
      solveAsFarAsAllowed(flow);
      Thread.interrupted();
      assertThat(flow.solve(QUESTION).text()).isEqualTo(expected);
    } finally {
      Thread.interrupted();
      flow.close();
    }
  }

  @ParameterizedTest
  @EnumSource(value = Quantization.class, mode = EnumSource.Mode.EXCLUDE, names = "INT8")
  void interruptsMeanwhileLeaveTheModelWhole(Quantization quantization) throws Exception {
    String expected = undisturbed(quantization);
    Thread target = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    Thread interrupter =
        new Thread(
            () -> {
              while (!over.get()) {
                target.interrupt();
                Thread.onSpinWait();
                Thread.yield();
              }
            });
    Flow flow;
    interrupter.start();
    try {
      flow = open(quantization, "interrupted");
      solveAsFarAsAllowed(flow);
    } finally {
      over.set(true);
      join(interrupter);
    }
    try (flow) {
      assertThat(flow.solve(QUESTION).text()).isEqualTo(expected);
    }
  }

  /** An interrupt may end a solve; what counts here is what the next one finds. */
  private static void solveAsFarAsAllowed(Flow flow) {
    try {
      assertThat(flow.solve(QUESTION).text()).isNotEmpty();
    } catch (FlowException e) {
      assertThat(e).hasMessageContaining("interrupt");
    }
  }

  private static void join(Thread interrupter) throws InterruptedException {
    Thread.interrupted();
    while (interrupter.isAlive()) {
      try {
        interrupter.join();
      } catch (InterruptedException e) {
        // One of the last of its own.
      }
    }
    Thread.interrupted();
  }

  private String undisturbed(Quantization quantization) throws IOException {
    try (Flow flow = open(quantization, "undisturbed")) {
      Solution solution = flow.solve(QUESTION);
      return solution.text();
    }
  }

  /** Each with a cache of its own, so that quantised weights are written and read. */
  private Flow open(Quantization quantization, String name) throws IOException {
    Path cache = Files.createDirectories(folder.resolve(name));
    return Flow.builder()
        .model(BundledModel.folder())
        .modelOptions(
            (ModelOptions.Builder options) ->
                options.execution(e -> e.quantization(quantization)).cache(cache))
        .build();
  }
}
