package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What an actuator shows of the application's flow: its health, what it is, and the endpoint {@code
 * flowadapters} of its adapters' versions.
 */
@AutoConfiguration(after = {FlowAutoConfiguration.class, LearnerAutoConfiguration.class})
@ConditionalOnBean(Flow.class)
public final class FlowActuatorAutoConfiguration {

  /** Creates the configuration. */
  public FlowActuatorAutoConfiguration() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  static class Health {
    @Bean
    @ConditionalOnMissingBean(name = "flowHealthIndicator")
    @ConditionalOnEnabledHealthIndicator("flow")
    HealthIndicator flowHealthIndicator(
        Flow flow,
        FlowProperties properties,
        ObjectProvider<OnlineLearner> learner,
        ObjectProvider<LearnerActivity> activity) {
      return new FlowHealthIndicator(flow, properties, learner, activity);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class Endpoints {
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    FlowAdaptersEndpoint flowAdaptersEndpoint(Flow flow) {
      return new FlowAdaptersEndpoint(flow);
    }

    @Bean
    @ConditionalOnMissingBean(name = "flowInfoContributor")
    @ConditionalOnEnabledInfoContributor("flow")
    InfoContributor flowInfoContributor(Flow flow, FlowProperties properties) {
      return new FlowInfoContributor(flow, properties);
    }
  }
}
