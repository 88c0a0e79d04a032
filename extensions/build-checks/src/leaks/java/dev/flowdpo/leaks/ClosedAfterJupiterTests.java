package dev.flowdpo.leaks;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class that leaves something open that owns native memory. Found by {@code
 * ServiceLoader}.
 */
public final class ClosedAfterJupiterTests implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ClosedAfterJupiterTests.class);

  /** Called by {@code ServiceLoader}. */
  public ClosedAfterJupiterTests() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isOutermost(context)) {
      context.getStore(NAMESPACE).put(OpenHandles.class, new OpenHandles());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (isOutermost(context)) {
      context
          .getStore(NAMESPACE)
          .get(OpenHandles.class, OpenHandles.class)
          .requireClosed(context.getRequiredTestClass());
    }
  }

  private static boolean isOutermost(ExtensionContext context) {
    return context.getParent().flatMap(ExtensionContext::getTestClass).isEmpty();
  }
}
