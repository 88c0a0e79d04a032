package dev.flowdpo.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.micrometer.FlowMetrics;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.spring.ai.FlowChatModel;
import dev.flowdpo.spring.ai.FlowChatModelAutoConfiguration;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class FlowAutoConfigurationTest {
  private static final Problem PROBLEM =
      Problem.of("Tom has 3 bags with 4 apples each. How many apples has he?", "12");

  private final ApplicationContextRunner contexts =
      new ApplicationContextRunner()
          .withPropertyValues("management.endpoints.web.exposure.include=*")
          .withConfiguration(
              AutoConfigurations.of(
                  FlowAutoConfiguration.class,
                  LearnerAutoConfiguration.class,
                  FlowMetricsAutoConfiguration.class,
                  FlowActuatorAutoConfiguration.class,
                  FlowChatModelAutoConfiguration.class,
                  LifecycleAutoConfiguration.class,
                  MetricsAutoConfiguration.class,
                  CompositeMeterRegistryAutoConfiguration.class,
                  SimpleMetricsExportAutoConfiguration.class));

  private final ApplicationContextRunner scripted =
      contexts
          .withBean(FlowPolicy.class, () -> new ScriptedPolicy(r -> Chunks.ending("#### 12")))
          .withBean(StopJudge.class, StopRules::endOfText);

  @TempDir private Path folder;

  @Test
  void theFlowIsMadeOfPropertiesAndClosesWithTheContext() {
    Flow[] flow = new Flow[1];
    contexts
        .withPropertyValues(
            "flowdpo.chunk-size=7",
            "flowdpo.max-chunks=3",
            "flowdpo.temperature=0.2",
            "flowdpo.seed=5",
            "flowdpo.quantization=int8",
            "flowdpo.queue-limit=9")
        .run(
            context -> {
              flow[0] = context.getBean(Flow.class);
              assertThat(flow[0].options().chunkSize()).isEqualTo(7);
              assertThat(flow[0].options().maxChunks()).isEqualTo(3);
              assertThat(flow[0].options().sampling().temperature()).isEqualTo(0.2);
              assertThat(flow[0].options().seed()).isEqualTo(5);
              assertThat(flow[0].solve(PROBLEM).chunks()).isNotEmpty();
              assertThat(context).doesNotHaveBean(OnlineLearner.class);
              Info.Builder info = new Info.Builder();
              context.getBean(InfoContributor.class).contribute(info);
              assertThat(info.build().getDetails().get("flow").toString())
                  .contains("model=bundled", "quantization=INT8", "chunkSize=7");
            });
    assertThat(catchThrowable(() -> flow[0].solve(PROBLEM)))
        .isInstanceOf(FlowClosedException.class);
  }

  @Test
  void anUnreadableModelIsSaidByItsPath() {
    contexts
        .withPropertyValues("flowdpo.model=" + folder.resolve("none"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("model: expected")
                    .hasMessageContaining("none"));
  }

  @Test
  void theApplicationsOwnPartsAreTaken() {
    scripted.run(
        context -> {
          assertThat(context.getBean(Flow.class).solve(PROBLEM).text()).isEqualTo("#### 12");
          Health health = context.getBean(HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(health.getDetails()).doesNotContainKeys("adapters", "learner");
          context.getBean(Flow.class).close();
          assertThat(context.getBean(HealthIndicator.class).health().getStatus())
              .isEqualTo(Status.DOWN);
        });
    Flow own =
        Flow.builder()
            .policy(new ScriptedPolicy(request -> Chunks.ending("own")))
            .judge(StopRules.endOfText())
            .build();
    contexts
        .withBean(Flow.class, () -> own)
        .run(context -> assertThat(context.getBean(Flow.class)).isSameAs(own));
    contexts
        .withPropertyValues("flowdpo.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .doesNotHaveBean(Flow.class)
                    .doesNotHaveBean(FlowChatModel.class)
                    .hasNotFailed());
  }

  @Test
  void aVerifierBringsALearnerThatIsWatchedAndSavesAtTheEnd() {
    Path state = folder.resolve("state");
    ApplicationContextRunner learning =
        contexts
            .withBean(Verifier.class, MathAnswerVerifier::new)
            .withPropertyValues(
                "flowdpo.learner.checkpoint=" + state,
                "flowdpo.learner.group-wait=10ms",
                "flowdpo.learner.pairs-per-answer-update=1",
                "flowdpo.learner.pairs-per-stop-update=1");
    learning.run(
        context -> {
          OnlineLearner learner = context.getBean(OnlineLearner.class);
          List<Problem> problems =
              List.of(
                  PROBLEM,
                  Problem.of("Ann has 3 pens and buys 2 more. How many has she now?", "5"),
                  Problem.of(
                      "Tom has 3 bags with 4 apples each. He eats 2. How many are left?", "10"));
          for (Problem problem : problems) {
            learner.submit(problem).get(60, TimeUnit.SECONDS);
          }
          assertThat(learner.progress().problems()).isEqualTo(3);
          Health health = context.getBean(HealthIndicator.class).health();
          assertThat(health.getDetails().get("learner").toString())
              .contains("problems=3", "lastUpdate=");
          FlowAdaptersEndpoint adapters = context.getBean(FlowAdaptersEndpoint.class);
          List<FlowAdaptersEndpoint.Version> versions = adapters.list();
          assertThat(versions).hasSizeGreaterThan(1);
          long newest = versions.get(versions.size() - 1).number();
          FlowAdaptersEndpoint.Version before = adapters.publish("previous");
          assertThat(before.number()).isLessThan(newest);
          assertThat(adapters.publish(Long.toString(newest)).live()).isTrue();
          assertThat(catchThrowable(() -> adapters.publish("newest")))
              .isInstanceOf(InvalidEndpointRequestException.class)
              .hasMessageContaining("found newest");
          assertThat(catchThrowable(() -> adapters.publish("99999")))
              .isInstanceOf(InvalidEndpointRequestException.class)
              .hasMessageContaining("99999");
          MeterRegistry registry = context.getBean(MeterRegistry.class);
          assertThat(context).hasSingleBean(FlowMetrics.class);
          assertThat(registry.getMeters().stream().map(meter -> meter.getId().getName()))
              .anyMatch(name -> name.startsWith("flowdpo."));
        });
    assertThat(Files.exists(state)).isTrue();
    learning.run(
        context ->
            assertThat(context.getBean(OnlineLearner.class).progress().problems()).isEqualTo(3));
  }

  @Test
  void theLearnerStopsWithinTheTimeOfAShutdownPhase() {
    ApplicationContextRunner learning = contexts.withBean(Verifier.class, MathAnswerVerifier::new);
    learning
        .withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10s")
        .run(
            context ->
                assertThat(context.getBean(LearnerLifecycle.class).limit())
                    .isEqualTo(Duration.ofSeconds(8)));
    learning
        .withPropertyValues("flowdpo.learner.shutdown-timeout=3s")
        .run(
            context ->
                assertThat(context.getBean(LearnerLifecycle.class).limit())
                    .isEqualTo(Duration.ofSeconds(3)));
    learning
        .withPropertyValues("flowdpo.learner.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(OnlineLearner.class));
  }

  @Test
  void theChatModelIsThereWhereItIsAskedForAndSpringAiIs() {
    scripted
        .withPropertyValues("spring.ai.model.chat=flowdpo", "flowdpo.chat.model-name=mine")
        .run(
            context ->
                assertThat(context.getBean(FlowChatModel.class).getOptions().getModel())
                    .isEqualTo("mine"));
    scripted
        .withPropertyValues("spring.ai.model.chat=openai")
        .run(context -> assertThat(context).doesNotHaveBean(FlowChatModel.class));
    scripted
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.ai",
                "io.micrometer",
                "org.springframework.boot.health",
                "org.springframework.boot.actuate"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Flow.class));
  }

  @Test
  void editorsKnowEveryPropertyWithItsDescription() throws IOException {
    try (InputStream file =
        getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      List<JsonNode> ours = new ArrayList<>();
      for (JsonNode property : new ObjectMapper().readTree(file).get("properties")) {
        if (property.get("name").asString().startsWith("flowdpo.")) {
          assertThat(property.path("description").asString("")).as("%s", property).isNotBlank();
          ours.add(property.get("name"));
        }
      }
      assertThat(ours.stream().map(JsonNode::asString))
          .contains(
              "flowdpo.enabled",
              "flowdpo.model",
              "flowdpo.quantization",
              "flowdpo.learner.checkpoint",
              "flowdpo.chat.model-name");
    }
  }
}
