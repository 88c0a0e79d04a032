package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * All settings that decide what a run learns, by name: options, found by their getters so that none
 * is forgotten that comes later, and the parts that an application brings, by what they say of
 * themselves. Stateless and thread-safe.
 */
final class RunSettings {
  /** Getters that say nothing of what is learned, and may differ where a run goes on. */
  private static final Set<String> FREE =
      Set.of(
          "options.checkpointEveryProblems",
          "options.submissions",
          "options.gate.keptVersions",
          "options.rollouts.parallelVerifications");

  private static final Set<String> NO_GETTERS = Set.of("hashCode", "toString", "toBuilder");

  /** What differs from process to process in the name of a lambda or of an object without text. */
  private static final Pattern ADDRESS =
      Pattern.compile("\\$\\$Lambda[^,\\]\\s@]*(@[0-9a-f]+)?|@[0-9a-f]+");

  private RunSettings() {}

  /**
   * Returns the settings of a learner.
   *
   * @param engine what decides the run beside it: the model, and how it runs
   */
  static Map<String, String> of(LearnerSetup setup, Map<String, String> engine) {
    Map<String, String> settings = new TreeMap<>(engine);
    settings.put("objective", part(setup.objective()));
    settings.put("pairRule", part(setup.pairRule()));
    settings.put("sampler", part(setup.sampler()));
    if (!setup.validation().isEmpty()) {
      settings.put(
          "validation",
          "%d problems, %s"
              .formatted(
                  setup.validation().size(),
                  SeenProblems.key(setup.validation().stream().map(Problem::id).toList() + "")));
    }
    add(settings, "options", setup.options());
    add(settings, "flow", setup.flow());
    if (setup.options().rollouts().lag() == 0) {
      settings.remove("options.rollouts.lag"); // states of earlier versions do not name it
    }
    return settings;
  }

  private static String part(Object part) {
    return ADDRESS
        .matcher(part.toString())
        .replaceAll(address -> address.group().startsWith("$$") ? "\\$\\$Lambda" : "");
  }

  private static void add(Map<String, String> settings, String name, Object options) {
    for (Method getter : options.getClass().getMethods()) {
      String setting = name + "." + getter.getName();
      if (isGetter(getter, options.getClass()) && !FREE.contains(setting)) {
        Object value = get(getter, options);
        if (isOptions(value.getClass())) {
          add(settings, setting, value);
        } else {
          settings.put(setting, value.toString());
        }
      }
    }
  }

  private static boolean isGetter(Method method, Class<?> type) {
    return method.getDeclaringClass() == type
        && method.getParameterCount() == 0
        && !Modifier.isStatic(method.getModifiers())
        && !NO_GETTERS.contains(method.getName());
  }

  private static boolean isOptions(Class<?> type) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals("toBuilder")) {
        return true;
      }
    }
    return false;
  }

  private static Object get(Method getter, Object options) {
    try {
      return getter.invoke(options);
    } catch (ReflectiveOperationException e) {
      throw new FlowException("The settings cannot be read: " + getter + ": " + e, e);
    }
  }

  /** Returns what differs, a setting a text: what it was and what it is. */
  static List<String> differences(Map<String, String> then, Map<String, String> now) {
    Set<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = then.getOrDefault(name, "none");
      String after = now.getOrDefault(name, "none");
      if (!before.equals(after)) {
        differences.add(name + ": then " + before + ", now " + after);
      }
    }
    return differences;
  }
}
