package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Namespace;
import dev.flowdpo.chattemplate.Values.Range;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that every template has. Stateless. */
final class Globals {
  private static final long MAX_RANGE = 100_000;

  private Globals() {}

  /** {@return the functions by name} */
  static Map<String, Object> of(Supplier<LocalDateTime> clock) {
    Map<String, Object> functions = new LinkedHashMap<>();
    functions.put("range", (Callable) Globals::range);
    functions.put("dict", (Callable) Globals::mapping);
    functions.put("namespace", (Callable) a -> new Namespace(variables(a)));
    functions.put("joiner", (Callable) a -> joiner(a.get(0, "sep", ", ")));
    functions.put("raise_exception", (Callable) Globals::raise);
    functions.put(
        "strftime_now",
        (Callable) a -> DateText.format(a.string(0, "format"), clock.get(), a.work()));
    return functions;
  }

  private static Object raise(Arguments arguments) {
    throw new ChatTemplateException(
        "the template refuses the messages: "
            + Printing.text(arguments.require(0, "message"), arguments.work()));
  }

  private static Range range(Arguments arguments) {
    List<Object> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3) {
      throw new ChatTemplateException(
          "range: expected one to three numbers, found " + given.size());
    }
    int first = Values.index(given.get(0));
    int step = given.size() == 3 ? Values.index(given.get(2)) : 1;
    if (step == 0) {
      throw new ChatTemplateException("range: expected a step, found 0");
    }
    Range range =
        given.size() == 1
            ? new Range(0, first, 1)
            : new Range(first, Values.index(given.get(1)), step);
    if (range.size() > MAX_RANGE) {
      throw new ChatTemplateException(
          "range: expected at most " + MAX_RANGE + " numbers, found " + range.size());
    }
    return range;
  }

  private static Map<Object, Object> mapping(Arguments arguments) {
    Map<Object, Object> mapping = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      mapping.putAll(Values.mapping(arguments.positional().get(0)));
    }
    mapping.putAll(arguments.named());
    arguments.work().steps(mapping.size());
    return mapping;
  }

  private static Map<String, Object> variables(Arguments arguments) {
    Map<String, Object> variables = new LinkedHashMap<>();
    mapping(arguments).forEach((key, value) -> variables.put(Values.string(key), value));
    return variables;
  }

  private static Callable joiner(Object separator) {
    boolean[] used = new boolean[1];
    return arguments -> {
      Object text = used[0] ? separator : "";
      used[0] = true;
      return text;
    };
  }
}
