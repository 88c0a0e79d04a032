package dev.flowdpo.runtime;

import dev.flowdpo.model.Precision;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.learning.LearningDefaults;
import dev.flowdpo.runtime.memory.ModelMemory;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngineProvider;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the model that a flow asks for: a folder or a GGUF file, with the paper's learning options
 * as defaults, or the bundled model, with those that were measured for it. Found by {@link
 * java.util.ServiceLoader}. Thread-safe.
 */
public final class AdapterFlowEngineProvider implements FlowEngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(AdapterFlowEngineProvider.class);

  /** Called by the service loader. */
  public AdapterFlowEngineProvider() {}

  @Override
  public AdapterFlowEngine open(EngineSettings settings) {
    long begin = System.nanoTime();
    boolean bundled = settings.model().isEmpty();
    SessionSettings sessions =
        (bundled ? BundledModel.sessionSettings() : SessionSettings.defaults())
            .with(settings.options());
    AdapterFlowEngine engine = load(settings, sessions);
    try {
      tell(engine, settings, sessions, System.nanoTime() - begin);
    } catch (RuntimeException e) {
      LOG.debug("What was loaded cannot be told", e);
    }
    return engine;
  }

  private static AdapterFlowEngine load(EngineSettings settings, SessionSettings sessions) {
    boolean bundled = settings.model().isEmpty();
    return AdapterFlowEngine.open(
        settings.model().orElseGet(BundledModel::folder),
        settings.adapters(),
        bundled
            ? config ->
                LearningDefaults.measured("the bundled model", BundledModel.learnerOptions())
            : LearningDefaults::of,
        bundled ? BundledModel.trainerOptions() : TrainerOptions.paper(),
        sessions,
        settings.options());
  }

  /** Says what was loaded; sessions are made when they are first used. */
  private static void tell(
      AdapterFlowEngine engine, EngineSettings settings, SessionSettings sessions, long nanos) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    Path folder = settings.model().orElseGet(BundledModel::folder);
    Precision precision = engine.base().precision();
    CheckpointContents contents = ModelSource.of(folder).contents();
    LOG.info(
        "Model {}: open after {} ms; {} parameters, {} MB of weights (quantization {}), at most {}"
            + " tokens, {} bytes of keys and values a token; computes in {} on the {}; adapters: {}",
        folder,
        TimeUnit.NANOSECONDS.toMillis(nanos),
        contents.parameters(),
        ModelMemory.of(contents, sessions.withPrecision(precision), 1).sharedWeights().total()
            / 1_000_000,
        sessions.quantization(),
        engine.base().maxTokens(),
        engine.policy().cacheBytesPerToken(),
        precision,
        sessions.cuda().map(card -> "card " + card.deviceIndex()).orElse("processor"),
        engine.adapters().live().source());
  }
}
