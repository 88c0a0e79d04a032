package dev.flowdpo.spring;

import static dev.flowdpo.spring.FlowAutoConfiguration.set;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.Verifiers;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.context.annotation.Bean;

/**
 * Makes an {@link OnlineLearner} of the application's flow where it has a {@link Verifier} bean,
 * unless it has a learner of its own or {@code flowdpo.learner.enabled} is false. Of several
 * verifiers the primary one judges, or else, in their order, the first that knows. Listeners that
 * are beans hear of it. With a checkpoint folder it goes on where it was; at the context's end it
 * stops and saves, after the web server and before the flow closes.
 */
@AutoConfiguration(after = FlowAutoConfiguration.class)
@ConditionalOnBean({Flow.class, Verifier.class})
@ConditionalOnProperty(name = "flowdpo.learner.enabled", matchIfMissing = true)
public final class LearnerAutoConfiguration {
  private static final Duration PHASE = Duration.ofSeconds(30);

  /** Creates the configuration. */
  public LearnerAutoConfiguration() {}

  @Bean
  LearnerActivity learnerActivity() {
    return new LearnerActivity();
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  OnlineLearner onlineLearner(
      Flow flow,
      FlowCloser closesLater,
      FlowProperties properties,
      ObjectProvider<Verifier> verifiers,
      ObjectProvider<LearningListener> listeners,
      ObjectProvider<LearnerCustomizer> customizers) {
    FlowProperties.Learner settings = properties.learner();
    OnlineLearner.Builder learner =
        flow.learner()
            .verifier(verifier(verifiers))
            .name(settings.name())
            .options(options -> change(options, settings));
    set(settings.checkpoint(), folder -> learner.checkpoint(folder).resume(true));
    listeners.orderedStream().forEach(learner::listener);
    customizers.orderedStream().forEach(customizer -> customizer.customize(learner));
    return learner.build();
  }

  private static Verifier verifier(ObjectProvider<Verifier> verifiers) {
    return Optional.ofNullable(verifiers.getIfUnique())
        .orElseGet(
            () -> Verifiers.firstDecisive(verifiers.orderedStream().toArray(Verifier[]::new)));
  }

  private static void change(LearnerOptions.Builder options, FlowProperties.Learner settings) {
    set(settings.checkpointEveryProblems(), options::checkpointEveryProblems);
    options.submissions(
        submissions -> {
          set(settings.groupWait(), submissions::groupWait);
          set(settings.capacity(), submissions::capacity);
        });
    options.updates(
        updates -> {
          set(settings.pairsPerAnswerUpdate(), updates::pairsPerAnswerUpdate);
          set(settings.pairsPerStopUpdate(), updates::pairsPerStopUpdate);
        });
    options.gate(gate -> set(settings.keptVersions(), gate::keptVersions));
  }

  @Bean
  LearnerLifecycle learnerLifecycle(
      OnlineLearner learner,
      FlowProperties properties,
      ObjectProvider<LifecycleProperties> lifecycle) {
    Duration phase =
        Optional.ofNullable(lifecycle.getIfAvailable())
            .map(LifecycleProperties::getTimeoutPerShutdownPhase)
            .orElse(PHASE);
    return new LearnerLifecycle(
        learner,
        Optional.ofNullable(properties.learner().shutdownTimeout())
            .orElse(phase.multipliedBy(4).dividedBy(5)));
  }
}
