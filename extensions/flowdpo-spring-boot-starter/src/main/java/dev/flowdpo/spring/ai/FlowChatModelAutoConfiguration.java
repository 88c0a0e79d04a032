package dev.flowdpo.spring.ai;

import dev.flowdpo.Flow;
import dev.flowdpo.spring.FlowAutoConfiguration;
import dev.flowdpo.spring.FlowProperties;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Makes the application's flow the chat model of Spring AI, where that is there: with {@code
 * spring.ai.model.chat=flowdpo}, or where that is not set, as other models do.
 */
@AutoConfiguration(after = FlowAutoConfiguration.class)
@ConditionalOnClass(ChatModel.class)
@ConditionalOnBean(Flow.class)
@ConditionalOnProperty(
    name = "spring.ai.model.chat",
    havingValue = "flowdpo",
    matchIfMissing = true)
public final class FlowChatModelAutoConfiguration {

  /** Creates the configuration. */
  public FlowChatModelAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  FlowChatModel flowChatModel(
      Flow flow,
      FlowProperties properties,
      ObjectProvider<ObservationRegistry> registry,
      ObjectProvider<ChatModelObservationConvention> convention) {
    FlowProperties.Chat settings = properties.chat();
    FlowChatModel.Builder model =
        FlowChatModel.builder(flow)
            .modelName(settings.modelName())
            .streamEvery(settings.streamEvery());
    if (settings.timeout() != null) {
      model.timeout(settings.timeout());
    }
    registry.ifUnique(model::observationRegistry);
    convention.ifAvailable(model::observationConvention);
    return model.build();
  }
}
