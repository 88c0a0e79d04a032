package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.micrometer.FlowMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Binds the figures of the application's flow and its learners to every meter registry, where
 * Micrometer is there and unless there are {@link FlowMetrics} already.
 */
@AutoConfiguration(after = FlowAutoConfiguration.class)
@ConditionalOnClass({FlowMetrics.class, MeterRegistry.class})
@ConditionalOnBean(Flow.class)
public final class FlowMetricsAutoConfiguration {

  /** Creates the configuration. */
  public FlowMetricsAutoConfiguration() {}

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  FlowMetrics flowMetrics(Flow flow) {
    return new FlowMetrics(flow);
  }
}
