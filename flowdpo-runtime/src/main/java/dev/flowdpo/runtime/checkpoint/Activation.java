package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The function on the gate of a feed-forward block. */
public enum Activation {
  /** {@code x · σ(x)}. */
  SILU("silu", "swish"),
  /** {@code x · Φ(x)}, with the error function. */
  GELU("gelu"),
  /** {@code x · ½(1 + tanh(√(2/π) (x + 0.044715 x³)))}. */
  GELU_TANH("gelu_pytorch_tanh", "gelu_new");

  private final ImmutableList<String> names;

  Activation(String... names) {
    this.names = ImmutableList.copyOf(names);
  }

  /** {@return the name in {@code config.json}} */
  public String configName() {
    return names.get(0);
  }

  /** {@return the activation that {@code config.json} calls so, if it is supported} */
  static Optional<Activation> named(String name) {
    return Arrays.stream(values()).filter(known -> known.names.contains(name)).findFirst();
  }

  /** {@return all names, quoted, for messages} */
  static String allNames() {
    return Arrays.stream(values())
        .map(known -> known.names)
        .flatMap(List::stream)
        .map(name -> '"' + name + '"')
        .collect(Collectors.joining(", "));
  }
}
