package dev.flowdpo.chattemplate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call of a function, filter or test.
 *
 * @param positional the arguments without a name
 * @param named the arguments with a name
 * @param work where the work of the call is counted
 */
record Arguments(List<Object> positional, Map<String, Object> named, Work work) {
  /** {@return arguments without names} */
  static Arguments of(Work work, Object... positional) {
    return new Arguments(List.of(positional), Map.of(), work);
  }

  /** {@return the argument at the place or of the name, or the fallback where it is not given} */
  Object get(int place, String name, Object fallback) {
    if (place < positional.size()) {
      return positional.get(place);
    }
    @Nullable Object found = named.get(name);
    return found == null ? fallback : found;
  }

  /** {@return the argument at the place or of the name, which must be given} */
  Object require(int place, String name) {
    if (place >= positional.size() && !named.containsKey(name)) {
      throw new ChatTemplateException("expected the argument " + name + " of a call, found none");
    }
    return get(place, name, Values.None.NONE);
  }

  /** {@return the string at the place or of the name, which must be given} */
  String string(int place, String name) {
    return Values.string(require(place, name));
  }

  /** {@return the whole number at the place or of the name, or the fallback} */
  int index(int place, String name, int fallback) {
    return Values.index(get(place, name, Values.whole(fallback)));
  }

  /** {@return the arguments less the first ones without a name} */
  Arguments after(int count) {
    return new Arguments(
        positional.subList(Math.min(count, positional.size()), positional.size()), named, work);
  }

  /** Refuses more arguments than a function takes. */
  void atMost(int count) {
    if (positional.size() + named.size() > count) {
      throw new ChatTemplateException(
          "expected at most "
              + count
              + " arguments of a call, found "
              + (positional.size() + named.size()));
    }
  }
}
