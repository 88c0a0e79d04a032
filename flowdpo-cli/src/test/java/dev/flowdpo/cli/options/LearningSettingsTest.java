package dev.flowdpo.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.policy.FlowOptions;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The settings against the options that they set, found by their getters. */
class LearningSettingsTest {
  private static final LearningPlan PLAN =
      new LearningPlan(
          FlowOptions.defaults(), LearnerOptions.paper(), ObjectiveChoice.of("group-relative", 1));

  /** What a run says by other options, or by itself. */
  private static final Set<String> NO_SETTINGS =
      Set.of(
          "flow.seed",
          "learner.seed",
          "learner.rates.totalProblems",
          "learner.rollouts.verifierTimeLimit",
          "learner.updates.enabled");

  private static Map<String, Object> leaves(LearningPlan plan) throws ReflectiveOperationException {
    Map<String, Object> leaves = new TreeMap<>();
    add(leaves, "flow", plan.flow());
    add(leaves, "learner", plan.learner());
    leaves.keySet().removeIf(name -> name.startsWith("learner.submissions."));
    leaves.keySet().removeAll(NO_SETTINGS);
    return leaves;
  }

  private static void add(Map<String, Object> leaves, String name, Object options)
      throws ReflectiveOperationException {
    for (Method getter : options.getClass().getDeclaredMethods()) {
      if (Modifier.isPublic(getter.getModifiers())
          && !Modifier.isStatic(getter.getModifiers())
          && getter.getParameterCount() == 0
          && !Set.of("hashCode", "toString", "toBuilder", "isGreedy").contains(getter.getName())) {
        Object value = getter.invoke(options);
        boolean group =
            Arrays.stream(value.getClass().getMethods())
                .anyMatch(method -> method.getName().equals("toBuilder"));
        if (group) {
          add(leaves, name + "." + getter.getName(), value);
        } else {
          leaves.put(name + "." + getter.getName(), value);
        }
      }
    }
  }

  @Test
  void everyOptionOfFlowAndLearnerHasASetting() throws ReflectiveOperationException {
    Map<String, Object> before = leaves(PLAN);
    Set<String> set = new TreeSet<>();
    for (LearningSetting setting : LearningSettings.all()) {
      LearningPlan changed = setting.change().apply(PLAN, otherThan(setting.value().apply(PLAN)));
      Map<String, Object> after = leaves(changed);
      after.forEach(
          (name, value) -> {
            if (!value.equals(before.get(name))) {
              set.add(name);
            }
          });
    }

    assertThat(set).isEqualTo(before.keySet());
  }

  private static String otherThan(Object value) {
    if (value instanceof Integer count) {
      return Integer.toString(count + 1);
    }
    if (value instanceof Double number) {
      return Double.toString(number == 0 ? 0.25 : number / 2);
    }
    if (value instanceof Boolean flag) {
      return Boolean.toString(!flag);
    }
    if (value instanceof Optional<?>) {
      return "0.25";
    }
    return switch (value.toString()) {
      case "constant" -> "cosine";
      case "answer,stop" -> "stop";
      case "" -> "q_proj";
      default -> value.toString();
    };
  }

  @Test
  void aPlanOfItsOwnValuesIsTheSame() {
    LearningPlan plan = PLAN;
    for (Map.Entry<String, Object> value : LearningSettings.values(PLAN).entrySet()) {
      for (LearningSetting setting : LearningSettings.all()) {
        if (setting.name().equals(value.getKey())) {
          plan = setting.change().apply(plan, value.getValue().toString());
        }
      }
    }
    assertThat(plan).isEqualTo(PLAN);
  }
}
