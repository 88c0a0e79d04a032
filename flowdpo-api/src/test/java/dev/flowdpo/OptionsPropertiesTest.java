package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.GateOptions;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningRates;
import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.learning.OptimizerOptions;
import dev.flowdpo.learning.RolloutOptions;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.learning.SubmissionOptions;
import dev.flowdpo.learning.TraceOptions;
import dev.flowdpo.learning.UpdateOptions;
import dev.flowdpo.model.CudaOptions;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.spi.EngineSettings;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * What all options have in common, found by their shape: a class is an options class where it has a
 * static {@code builder()} and a {@code toBuilder()}; its settings are the builder's setters.
 */
class OptionsPropertiesTest {
  private static final List<Class<?>> ALL =
      List.of(
          LoraOptions.class,
          OptimizerOptions.class,
          LearningRates.class,
          RolloutOptions.class,
          UpdateOptions.class,
          LearnerOptions.class,
          PairOptions.class,
          GateOptions.class,
          SubmissionOptions.class,
          TraceOptions.class,
          SamplingOptions.class,
          FlowOptions.class,
          CudaOptions.class,
          ExecutionTarget.class,
          ModelOptions.class,
          EngineSettings.class);

  /** One call of a setter, with a value that it takes. */
  private record Change(Method setter, Object value) {
    Object applyTo(Object options) throws ReflectiveOperationException {
      Object builder = call(options, "toBuilder");
      setter.invoke(builder, value);
      return call(builder, "build");
    }
  }

  @Property(tries = 300)
  void toBuilderAndBuildGiveTheSame(@ForAll("options") Object options) throws Exception {
    Object copy = call(call(options, "toBuilder"), "build");
    assertThat(copy).isEqualTo(options).hasSameHashCodeAs(options).hasToString(options.toString());
  }

  @Property(tries = 1000)
  void everySetterChangesItsOwnValueAndNoOther(@ForAll("options") Object options) throws Exception {
    for (Change change : changes(options.getClass())) {
      Object changed = change.applyTo(options);
      String name = change.setter().getName();
      Map<String, Object> expected = settings(options);
      expected.put(name, wrappedLike(expected.get(name), change.value()));
      assertThat(settings(changed)).as(change.toString()).isEqualTo(expected);
      boolean same = settings(options).equals(expected);
      assertThat(changed.equals(options)).as(change.toString()).isEqualTo(same);
    }
  }

  @Property(tries = 200)
  void aChangedGroupKeepsItsOtherSettings(@ForAll("options") Object options) throws Exception {
    for (Method setter : setters(options.getClass(), true)) {
      if (setter.getParameterTypes()[0] != Consumer.class) {
        continue;
      }
      Object group = call(options, setter.getName());
      for (Change change : changes(group.getClass())) {
        Object builder = call(options, "toBuilder");
        Consumer<Object> inGroup =
            groupBuilder -> {
              try {
                change.setter().invoke(groupBuilder, change.value());
              } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
              }
            };
        setter.invoke(builder, inGroup);
        Map<String, Object> expected = settings(options);
        expected.put(setter.getName(), change.applyTo(group));
        assertThat(settings(call(builder, "build"))).as(change.toString()).isEqualTo(expected);
      }
    }
  }

  @Property(tries = 1)
  void everyClassIsFinalAndIsMadeByItsBuilderOnly() {
    for (Class<?> type : ALL) {
      assertThat(Modifier.isFinal(type.getModifiers())).as(type.getName()).isTrue();
      assertThat(type.isRecord()).as(type.getName()).isFalse();
      assertThat(type.getConstructors()).as(type.getName()).isEmpty();
      assertThat(changes(type)).as(type.getName()).isNotEmpty();
    }
  }

  /** Options of every class, some settings away from the defaults. */
  @Provide
  Arbitrary<Object> options() {
    return Arbitraries.of(ALL).flatMap(type -> changesOf(type).map(c -> changed(type, c)));
  }

  private static Arbitrary<List<Change>> changesOf(Class<?> type) {
    return Arbitraries.of(changes(type)).list().ofMaxSize(4);
  }

  private static Object changed(Class<?> type, List<Change> changes) {
    try {
      Object options = call(type.getMethod("builder").invoke(null), "build");
      for (Change change : changes) {
        options = change.applyTo(options);
      }
      return options;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName(), e);
    }
  }

  /** Two values for every setter, all of which go with all others. */
  private static List<Change> changes(Class<?> type) {
    List<Change> changes = new ArrayList<>();
    for (Method setter : setters(type, false)) {
      for (Object value : values(setter)) {
        changes.add(new Change(setter, value));
      }
    }
    return changes;
  }

  private static List<?> values(Method setter) {
    Class<?> type = setter.getParameterTypes()[0];
    String name = setter.getName();
    if (name.equals("totalProblems") || name.equals("maxTokens")) {
      return List.of(50, 60);
    } else if (name.equals("lag")) {
      return List.of(1, 2);
    } else if (name.equals("schedule")) {
      return List.of(Schedule.CONSTANT); // linear needs a horizon beside it
    } else if (type == int.class) {
      return List.of(1, 3);
    } else if (type == long.class) {
      return List.of(-7L, 9L);
    } else if (type == double.class) {
      return List.of(0.25, 0.75);
    } else if (type == boolean.class) {
      return List.of(true, false);
    } else if (type.isEnum()) {
      return Arrays.asList(type.getEnumConstants());
    } else if (type == List.class) {
      return List.of(List.of("q_proj"), List.of());
    } else if (type == Set.class) {
      return List.of(Set.of(AdapterRole.STOP), EnumSet.allOf(AdapterRole.class));
    } else if (type == Duration.class) {
      return List.of(Duration.ofMillis(1), Duration.ofDays(1));
    } else if (type == Clock.class) {
      return List.of(Clock.systemUTC(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    } else if (type == String.class) {
      return List.of("Is that all?", "Finished?");
    } else if (type == Path.class) {
      return List.of(Path.of("a"), Path.of("b"));
    }
    List<Change> parts = changes(type); // a group
    return List.of(changed(type, parts.subList(0, 1)), changed(type, parts.subList(1, 2)));
  }

  private static List<Method> setters(Class<?> type, boolean changers) {
    Class<?> builder =
        Arrays.stream(type.getClasses())
            .filter(nested -> nested.getSimpleName().equals("Builder"))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getReturnType() == builder && method.getParameterCount() == 1)
        .filter(method -> changers == (method.getParameterTypes()[0] == Consumer.class))
        .toList();
  }

  /** Reads every setting by its accessor. */
  private static Map<String, Object> settings(Object options) throws ReflectiveOperationException {
    Map<String, Object> settings = new TreeMap<>();
    for (Method setter : setters(options.getClass(), false)) {
      settings.put(setter.getName(), call(options, setter.getName()));
    }
    return settings;
  }

  private static Object wrappedLike(Object accessed, Object value) {
    if (accessed instanceof OptionalInt) {
      return OptionalInt.of((Integer) value);
    }
    return accessed instanceof Optional ? Optional.of(value) : value;
  }

  private static Object call(Object target, String method) throws ReflectiveOperationException {
    return target.getClass().getMethod(method).invoke(target);
  }
}
