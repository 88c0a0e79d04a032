package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Attributes;
import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of a loop. Used by one thread. */
final class Loop implements Attributes, Callable {
  private final List<Object> items;
  private final Function<Object, Object> again;
  private int index;

  /**
   * Begins before the first item.
   *
   * @param again runs the loop's body over other items, for recursive loops
   */
  Loop(List<Object> items, Function<Object, Object> again) {
    this.items = items;
    this.again = again;
  }

  /** Goes to the item. */
  void at(int index) {
    this.index = index;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> Values.whole(index + 1L);
      case "index0" -> Values.whole(index);
      case "revindex" -> Values.whole(items.size() - index);
      case "revindex0" -> Values.whole(items.size() - index - 1L);
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> Values.whole(items.size());
      case "previtem" -> neighbour(index - 1);
      case "nextitem" -> neighbour(index + 1);
      case "cycle" -> (Callable) this::cycled;
      default -> null;
    };
  }

  private Object neighbour(int at) {
    return at < 0 || at >= items.size() ? new Undefined("the item beyond a loop") : items.get(at);
  }

  private Object cycled(Arguments arguments) {
    int count = arguments.positional().size();
    if (count == 0) {
      throw new ChatTemplateException("loop.cycle: expected values, found none");
    }
    return arguments.positional().get(index % count);
  }

  @Override
  public Object call(Arguments arguments) {
    return again.apply(arguments.require(0, "iterable"));
  }
}
