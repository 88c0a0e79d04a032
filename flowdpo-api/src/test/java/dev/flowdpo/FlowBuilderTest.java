package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.scripted.StubEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngineProvider;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowBuilderTest {
  private static final EngineSettings BUNDLED = EngineSettings.defaults();

  @TempDir Path folder;

  @Test
  void badValuesAreRefusedAtOnce() {
    Flow.Builder builder = Flow.builder();
    assertThatThrownBy(() -> builder.chunkSize(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("chunkSize: expected a whole number of at least 1, found 0.");
    assertThatThrownBy(() -> builder.maxChunks(-3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("maxChunks: expected a whole number of at least 1, found -3.");
    assertThatThrownBy(() -> builder.model(folder.resolve("absent")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "model: expected a checkpoint folder or a GGUF file, found nothing at ")
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> builder.adapters(Files.createFile(folder.resolve("file"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "adapters: expected a folder with answer/ and stop/ in it, found a");
  }

  @Test
  void aRefusedValueLeavesTheBuilderAsItWas() {
    Flow.Builder builder = ownModels().chunkSize(5);
    assertThatThrownBy(() -> builder.chunkSize(0)).isInstanceOf(InvalidInputException.class);
    try (Flow flow = builder.build()) {
      assertThat(flow.options().chunkSize()).isEqualTo(5);
    }
  }

  @Test
  void withoutAnEngineThePapersOptionsHold() {
    try (Flow flow = ownModels().build()) {
      assertThat(flow.options()).isEqualTo(FlowOptions.defaults());
      assertThat(flow.options())
          .isEqualTo(
              FlowOptions.builder()
                  .chunkSize(160)
                  .maxChunks(6)
                  .sampling(SamplingOptions.builder().temperature(0.7).topK(0).topP(0.9).build())
                  .seed(0)
                  .build());
    }
  }

  @Test
  void whatIsNotSetComesFromTheEngine() {
    try (Flow flow = Flow.builder().maxChunks(9).engine(new StubEngine(BUNDLED)).build()) {
      assertThat(flow.options())
          .isEqualTo(StubEngine.FLOW_OPTIONS.toBuilder().maxChunks(9).build());
    }
    try (Flow flow =
        Flow.builder()
            .engine(new StubEngine(BUNDLED))
            .chunkSize(1)
            .sampling(SamplingOptions.greedy())
            .seed(3)
            .build()) {
      assertThat(flow.options())
          .isEqualTo(
              FlowOptions.builder()
                  .chunkSize(1)
                  .maxChunks(3)
                  .sampling(SamplingOptions.greedy())
                  .seed(3)
                  .build());
    }
  }

  @Test
  void anEngineSuppliesWhatTheApplicationDoesNot() {
    StubEngine engine = new StubEngine(BUNDLED);
    ScriptedJudge own = ScriptedJudge.stoppingAt(1);
    try (Flow flow = Flow.builder().engine(engine).judge(own).build()) {
      assertThat(flow.policy()).isSameAs(engine.policy());
      assertThat(flow.judge()).isSameAs(own);
      assertThat(flow.solve("q").chunks()).hasSize(1);
    }
    ScriptedPolicy writer = ScriptedPolicy.letters(1);
    try (Flow flow = Flow.builder().engine(engine).policy(writer).build()) {
      assertThat(flow.policy()).isSameAs(writer);
      assertThat(flow.judge()).isSameAs(engine.judge());
      assertThat(flow.solve("q").text()).isEqualTo("aa");
    }
  }

  @Test
  void withoutAProviderTheMessageSaysWhatToAdd() {
    assertThatThrownBy(() -> Flow.builder().build())
        .isInstanceOf(FlowException.class)
        .isNotInstanceOf(InvalidInputException.class)
        .hasMessageContaining("dev.flowdpo:flowdpo-runtime");
    assertThatThrownBy(() -> Flow.builder().policy(ScriptedPolicy.letters(1)).build())
        .hasMessageContaining("dev.flowdpo:flowdpo-runtime");
  }

  @Test
  void theProviderOnTheClassPathOpensWhatWasAskedFor() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Path adapters = Files.createDirectory(folder.resolve("adapters"));
    withProviders(
        () -> {
          StubEngine.Provider.OPENED.clear();
          ModelOptions options =
              ModelOptions.builder().execution(e -> e.quantization(Quantization.INT4)).build();
          try (Flow flow =
              Flow.builder().model(model).adapters(adapters).modelOptions(options).build()) {
            StubEngine engine = StubEngine.Provider.OPENED.get(0);
            assertThat(engine.settings)
                .isEqualTo(
                    EngineSettings.builder()
                        .model(model)
                        .adapters(adapters)
                        .options(options)
                        .build());
            assertThat(flow.solve("q").chunks()).hasSize(2);
          }
          assertThat(StubEngine.Provider.OPENED).hasSize(1);
          assertThat(StubEngine.Provider.OPENED.get(0).closings).hasValue(1);
        },
        StubEngine.Provider.class);
  }

  @Test
  void severalProvidersAreNamed() throws IOException {
    withProviders(
        () ->
            assertThatThrownBy(() -> Flow.builder().build())
                .isInstanceOf(FlowException.class)
                .hasMessageContaining(StubEngine.Provider.class.getName())
                .hasMessageContaining(StubEngine.SecondProvider.class.getName()),
        StubEngine.Provider.class,
        StubEngine.SecondProvider.class);
  }

  @Test
  void aProviderThatCannotBeLoadedIsAFlowException() throws IOException {
    withProviders(
        () ->
            assertThatThrownBy(() -> Flow.builder().build())
                .isInstanceOf(FlowException.class)
                .hasMessageStartingWith("The inference engine cannot be loaded: "),
        FlowBuilderTest.class);
  }

  @Test
  void aModelThatNothingWouldReadIsRefused() {
    assertThatThrownBy(() -> ownModels().model(folder).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("model: expected none beside the application's policy and judge");
    assertThatThrownBy(
            () -> Flow.builder().engine(new StubEngine(BUNDLED)).adapters(folder).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("adapters: expected none beside an open engine");
    assertThatThrownBy(() -> ownModels().modelOptions(ModelOptions.defaults()).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("modelOptions: expected none beside the application's policy");
  }

  @Test
  void closingClosesTheEngineOnceAndEndsTheDerivedFlows() {
    StubEngine engine = new StubEngine(BUNDLED);
    Flow flow = Flow.builder().engine(engine).build();
    Flow derived = flow.withOptions(options -> options.maxChunks(1));
    assertThat(derived.solve("q").chunks()).hasSize(1);
    derived.close();
    assertThat(engine.closings).hasValue(0);
    assertThat(flow.solve("q").chunks()).hasSize(2);
    flow.close();
    flow.close();
    assertThat(engine.closings).hasValue(1);
    for (Flow closed : new Flow[] {flow, derived}) {
      assertThatThrownBy(() -> closed.solve("q"))
          .isInstanceOf(FlowClosedException.class)
          .hasMessageContaining("closed");
      assertThatThrownBy(closed::learner).isInstanceOf(FlowClosedException.class);
    }
  }

  private static Flow.Builder ownModels() {
    return Flow.builder().policy(ScriptedPolicy.letters(3)).judge(ScriptedJudge.stoppingAt(2));
  }

  /** Runs with these providers registered on the thread's class path. */
  private void withProviders(Runnable test, Class<?>... providers) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    StringBuilder names = new StringBuilder();
    for (Class<?> provider : providers) {
      names.append(provider.getName()).append('\n');
    }
    Files.writeString(services.resolve(FlowEngineProvider.class.getName()), names);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      thread.setContextClassLoader(loader);
      test.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
