package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a part of a template sees: its own, then those around it. What is set in a
 * frame is gone when the frame is. Used by one thread.
 */
final class Frame {
  private final @Nullable Frame around;
  private final Map<String, Object> variables = new HashMap<>();
  private final Work work;

  Frame(Map<String, Object> variables, Work work) {
    this.around = null;
    this.work = work;
    this.variables.putAll(variables);
  }

  private Frame(Frame around) {
    this.around = around;
    this.work = around.work;
  }

  /** {@return a frame inside this one} */
  Frame inner() {
    return new Frame(this);
  }

  /** {@return the value of the variable, undefined where there is none} */
  Object get(String name) {
    int hops = 0;
    for (Frame frame = this; frame != null; frame = frame.around) {
      @Nullable Object value = frame.variables.get(name);
      if (value != null) {
        return value;
      }
      hops++;
    }
    work.steps(hops);
    return new Undefined("\"" + name + "\"");
  }

  /** Sets the variable in this frame. */
  void set(String name, Object value) {
    variables.put(name, value);
  }

  /** {@return where the work is counted} */
  Work work() {
    return work;
  }
}
