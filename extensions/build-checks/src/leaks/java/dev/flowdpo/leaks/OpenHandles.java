package dev.flowdpo.leaks;

import dev.flowdpo.runtime.internal.LeakDetector;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What owned native memory when a test class began, and what of it was made since. */
final class OpenHandles {
  private static final int SHOWN = 5;

  private final Set<Throwable> before = new HashSet<>(LeakDetector.open());

  /**
   * Fails where something that was made since is still open.
   *
   * @throws AssertionError that names the places
   */
  void requireClosed(Class<?> tests) {
    List<Throwable> left =
        LeakDetector.open().stream()
            .filter(place -> !before.contains(place) && !isSharedByAllTests(place))
            .toList();
    if (!left.isEmpty()) {
      throw new AssertionError(
          left.stream()
              .limit(SHOWN)
              .map(OpenHandles::shown)
              .collect(
                  Collectors.joining(
                      "\n",
                      "%s: expected everything to be closed, found %d left open:\n"
                          .formatted(tests.getName(), left.size()),
                      "")));
    }
  }

  /** Models that static fields hold serve all test classes and live as long as the process. */
  private static boolean isSharedByAllTests(Throwable place) {
    return Arrays.stream(place.getStackTrace())
        .anyMatch(
            frame ->
                frame.getMethodName().equals("<clinit>")
                    || (frame.getMethodName().equals("<init>")
                        && frame.getClassName().equals("dev.flowdpo.runtime.reference.Reference")));
  }

  private static String shown(Throwable place) {
    return Arrays.stream(place.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("dev.flowdpo."))
        .map(frame -> "    at " + frame)
        .collect(Collectors.joining("\n", place.getMessage() + "\n", ""));
  }
}
