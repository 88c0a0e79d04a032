package dev.flowdpo.cli.options;

import dev.flowdpo.Flow;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.model.ModelSource;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** The model that a command runs, and how it is loaded. Not thread-safe. */
public final class EngineOptions {
  @Mixin private ModelFolderOptions model;
  @Mixin private LoadingOptions loading;

  /** Returns the model and how it is to be loaded. */
  public ModelChoice choice() {
    return new ModelChoice(model.given(), loading.modelOptions());
  }

  /** Says whether it is the bundled model. */
  public boolean isBundled() {
    return model.given().isEmpty();
  }

  /** Returns a builder of flows on the model. */
  public Flow.Builder flow(long seed, StopOptions stop) {
    ModelChoice choice = choice(stop);
    Flow.Builder builder = Flow.builder().seed(seed).modelOptions(choice.options());
    choice.folder().ifPresent(builder::model);
    return builder;
  }

  /** Returns the model with a judge as these options have it. */
  public ModelChoice choice(StopOptions stop) {
    ModelOptions.Builder options = loading.modelOptions().toBuilder();
    stop.applyTo(options);
    return new ModelChoice(model.given(), options.build());
  }

  /** Opens the model as an engine, for what a flow's builder does not offer. */
  public AdapterFlowEngine open() {
    return choice().open(Optional.empty());
  }

  /** Opens the model with adapters as an engine. */
  public AdapterFlowEngine open(Optional<Path> adapters) {
    return choice().open(adapters);
  }

  /** Opens the model without its tokenizer, which it need not have. */
  public FrozenBase base() {
    SessionSettings settings = SessionSettings.defaults().with(loading.modelOptions());
    return FrozenBase.load(ModelSource.of(model.path()).open(), settings);
  }
}
