package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or what a call block hands to one. Used by one thread. */
final class Macro implements Callable {
  /**
   * A macro as it is written.
   *
   * @param name its name
   * @param parameters the names of its parameters
   * @param fallbacks what the parameters are where they are not given
   * @param body what it prints
   */
  record Definition(
      String name, List<String> parameters, Map<String, Expression> fallbacks, Statement body) {}

  private final Definition definition;
  private final Frame around;

  Macro(Definition definition, Frame around) {
    this.definition = definition;
    this.around = around;
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
    @Nullable Object caller = named.remove("caller");
    frame.set("caller", caller == null ? new Undefined("the caller of a macro") : caller);
    if (positional.size() > parameters.size() || !named.isEmpty()) {
      throw new ChatTemplateException(
          "macro "
              + definition.name()
              + ": expected only the arguments "
              + parameters
              + ", found more");
    }
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
}
