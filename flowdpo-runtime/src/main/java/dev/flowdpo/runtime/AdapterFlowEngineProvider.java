package dev.flowdpo.runtime;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngineProvider;

/**
 * Opens the model that a flow asks for: a folder, with the paper's learning options as defaults, or
 * the bundled model, with those that were measured for it. Found by {@link
 * java.util.ServiceLoader}. Thread-safe.
 */
public final class AdapterFlowEngineProvider implements FlowEngineProvider {
  /** Called by the service loader. */
  public AdapterFlowEngineProvider() {}

  @Override
  public AdapterFlowEngine open(EngineSettings settings) {
    boolean bundled = settings.model().isEmpty();
    return AdapterFlowEngine.open(
        settings.model().orElseGet(BundledModel::folder),
        settings.adapters(),
        bundled ? BundledModel.learnerOptions() : LearnerOptions.paper(),
        bundled ? BundledModel.trainerOptions() : TrainerOptions.paper(),
        (bundled ? BundledModel.sessionSettings() : SessionSettings.defaults())
            .with(settings.options()),
        settings.options().stopThreshold(),
        settings.options().clock());
  }
}
