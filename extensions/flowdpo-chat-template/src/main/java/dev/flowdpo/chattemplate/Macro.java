package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Attributes;
import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A macro, or what a call block hands to one. Used by one thread. */
final class Macro implements Attributes, Callable {
  /**
   * A macro as it is written.
   *
   * @param name its name
   * @param parameters the names of its parameters
   * @param fallbacks what the parameters are where they are not given
   * @param body what it prints
   * @param read the names that the body reads, by which it takes further arguments
   */
  record Definition(
      String name,
      List<String> parameters,
      Map<String, Expression> fallbacks,
      Statement body,
      Set<String> read) {}

  private final Definition definition;
  private final Frame around;

  Macro(Definition definition, Frame around) {
    this.definition = definition;
    this.around = around;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "name" -> definition.name();
      case "arguments" -> new Tuple(new ArrayList<>(definition.parameters()));
      default -> null;
    };
  }

  @Override
  public Object call(Arguments arguments) {
    Work work = arguments.work();
    work.enter();
    Frame frame = around.inner();
    List<Object> positional = arguments.positional();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    List<String> parameters = definition.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      @Nullable Object given = i < positional.size() ? positional.get(i) : named.remove(parameter);
      frame.set(parameter, given == null ? fallback(parameter, frame) : given);
    }
    int taken = Math.min(parameters.size(), positional.size());
    List<Object> further = new ArrayList<>(positional.subList(taken, positional.size()));
    @Nullable Object caller = named.remove("caller");
    frame.set("caller", caller == null ? new Undefined("the caller of a macro") : caller);
    accept("varargs", new Tuple(further), further.isEmpty(), frame);
    accept("kwargs", named, named.isEmpty(), frame);
    String printed = Statement.printed(definition.body(), frame);
    work.leave();
    return printed;
  }

  private Object fallback(String parameter, Frame frame) {
    @Nullable Expression fallback = definition.fallbacks().get(parameter);
    return fallback == null
        ? new Undefined("parameter \"" + parameter + "\"")
        : fallback.value(frame);
  }

  private void accept(String name, Object further, boolean none, Frame frame) {
    if (definition.read().contains(name)) {
      frame.set(name, further);
    } else if (!none) {
      throw new JinjaException(
          "macro "
              + definition.name()
              + ": expected only the arguments "
              + definition.parameters()
              + ", found more");
    }
  }
}
