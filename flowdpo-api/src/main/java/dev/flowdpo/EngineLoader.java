package dev.flowdpo;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.spi.FlowEngineProvider;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the engine on the class path. */
final class EngineLoader {
  private EngineLoader() {}

  /** Opens an engine of the one provider there is. */
  static FlowEngine open(EngineSettings settings) {
    List<FlowEngineProvider> providers = providers();
    if (providers.isEmpty()) {
      throw new FlowException(
          "No inference engine: expected a FlowEngineProvider on the class path, found none. Add"
              + " the dependency dev.flowdpo:flowdpo-runtime, or set policy(…) and judge(…).");
    }
    if (providers.size() > 1) {
      String names =
          providers.stream().map(p -> p.getClass().getName()).collect(Collectors.joining(", "));
      throw new FlowException(
          "More than one inference engine: expected one FlowEngineProvider on the class path, found"
              + " "
              + names
              + ". Keep one of them, or set engine(…).");
    }
    return providers.get(0).open(settings);
  }

  private static List<FlowEngineProvider> providers() {
    try {
      // Containers show an application's jars to the thread, and this module's own to its loader.
      List<FlowEngineProvider> found = list(ServiceLoader.load(FlowEngineProvider.class));
      return found.isEmpty()
          ? list(
              ServiceLoader.load(
                  FlowEngineProvider.class, FlowEngineProvider.class.getClassLoader()))
          : found;
    } catch (ServiceConfigurationError e) {
      throw new FlowException("The inference engine cannot be loaded: " + e.getMessage() + ".", e);
    }
  }

  private static List<FlowEngineProvider> list(ServiceLoader<FlowEngineProvider> loader) {
    return loader.stream().map(ServiceLoader.Provider::get).toList();
  }
}
