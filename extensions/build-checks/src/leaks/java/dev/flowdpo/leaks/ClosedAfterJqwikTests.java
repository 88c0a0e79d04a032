package dev.flowdpo.leaks;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.lifecycle.AroundContainerHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;

/**
 * Fails every class of properties that leaves something open that owns native memory. Found by
 * {@code ServiceLoader}.
 */
public final class ClosedAfterJqwikTests implements AroundContainerHook {
  private static final Map<Class<?>, OpenHandles> BEFORE = new ConcurrentHashMap<>();

  /** Called by {@code ServiceLoader}. */
  public ClosedAfterJqwikTests() {}

  @Override
  public void beforeContainer(ContainerLifecycleContext context) {
    outermost(context).ifPresent(tests -> BEFORE.put(tests, new OpenHandles()));
  }

  @Override
  public void afterContainer(ContainerLifecycleContext context) {
    outermost(context)
        .ifPresent(
            tests -> {
              OpenHandles before = BEFORE.remove(tests);
              if (before != null) {
                before.requireClosed(tests);
              }
            });
  }

  private static Optional<Class<?>> outermost(ContainerLifecycleContext context) {
    return context.optionalContainerClass().filter(tests -> tests.getEnclosingClass() == null);
  }
}
