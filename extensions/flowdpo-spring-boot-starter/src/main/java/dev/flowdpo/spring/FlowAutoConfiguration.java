package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Makes the {@link Flow} of an application from {@link FlowProperties}, unless it has one of its
 * own or {@code flowdpo.enabled} is false. A {@link FlowPolicy}, a {@link StopJudge} and {@link
 * FlowListener}s that are beans are part of it. It closes when the context does, after the web
 * server and the learner.
 */
@AutoConfiguration
@ConditionalOnClass(Flow.class)
@ConditionalOnProperty(name = "flowdpo.enabled", matchIfMissing = true)
@EnableConfigurationProperties(FlowProperties.class)
public final class FlowAutoConfiguration {

  /** Creates the configuration. */
  public FlowAutoConfiguration() {}

  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  Flow flow(
      FlowProperties properties,
      ObjectProvider<FlowPolicy> policy,
      ObjectProvider<StopJudge> judge,
      ObjectProvider<FlowListener> listeners,
      ObjectProvider<FlowCustomizer> customizers) {
    Flow.Builder flow = Flow.builder();
    set(properties.model(), flow::model);
    set(properties.adapters(), flow::adapters);
    set(properties.maxTokens(), most -> flow.modelOptions(o -> o.maxTokens(most)));
    set(properties.quantization(), form -> execution(flow, e -> e.quantization(form)));
    set(properties.threads(), threads -> execution(flow, e -> e.threads(threads)));
    set(properties.chunkSize(), flow::chunkSize);
    set(properties.maxChunks(), flow::maxChunks);
    set(
        properties.temperature(),
        t -> flow.sampling(SamplingOptions.builder().temperature(t).build()));
    set(properties.seed(), flow::seed);
    set(properties.queueLimit(), limit -> flow.serving(serving -> serving.queueLimit(limit)));
    policy.ifAvailable(flow::policy);
    judge.ifAvailable(flow::judge);
    listeners.orderedStream().forEach(flow::listener);
    customizers.orderedStream().forEach(customizer -> customizer.customize(flow));
    return flow.build();
  }

  /** An application's own policy and judge take no options of a model, not even defaults. */
  private static void execution(Flow.Builder flow, Consumer<ExecutionTarget.Builder> change) {
    flow.modelOptions(options -> options.execution(change));
  }

  @Bean
  FlowCloser flowCloser(Flow flow, FlowProperties properties) {
    return new FlowCloser(flow, properties.closePatience());
  }

  static <T> void set(@Nullable T value, Consumer<? super T> setter) {
    Optional.ofNullable(value).ifPresent(setter);
  }
}
