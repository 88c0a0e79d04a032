package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Rotary;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A {@code config.json} as a family reads it, with the sizes that other keys depend on. Immutable
 * and thread-safe.
 *
 * @param json the file
 * @param family the name of the family's class, for messages
 * @param hiddenSize the width of the residual stream
 * @param layers the number of decoder layers
 * @param maxPositions the positions that the file states
 * @param rope what the file says of rotary embeddings
 */
record ConfigSource(
    JsonObjectFile json,
    String family,
    int hiddenSize,
    int layers,
    int maxPositions,
    RopeJson rope) {

  /** Returns the activation under a key. */
  Activation activation(String key, Activation usual) {
    String name = json.string(key, usual.configName());
    return Activation.named(name)
        .orElseThrow(() -> json.wrong(key, Activation.allNames(), json.require(key, "a name")));
  }

  /** Returns the rotation of whole heads in all layers. */
  Rotary rotary() {
    if (rope.share() != 1) {
      throw json.wrong(
          "partial_rotary_factor",
          "1: " + family + " rotates whole heads",
          json.find("partial_rotary_factor").orElseGet(() -> json.require("rope_parameters", "1")));
    }
    return partialRotary();
  }

  /** Returns the rotation of as much of a head as the file says, in all layers. */
  Rotary partialRotary() {
    return new Rotary(
        rope.share(), rope.scaling(maxPositions), Optional.empty(), ImmutableSortedSet.of());
  }

  /** Returns some of the layers. */
  ImmutableSortedSet<Integer> layers(IntPredicate chosen) {
    return IntStream.range(0, layers)
        .filter(chosen)
        .boxed()
        .collect(ImmutableSortedSet.toImmutableSortedSet(Integer::compare));
  }
}
