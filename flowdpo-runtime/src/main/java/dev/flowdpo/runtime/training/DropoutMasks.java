package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.value.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Dropout masks of every site, one byte an element: 1 where the input of the side branch is kept.
 * The factor by which dropout multiplies what it keeps is in B ({@link #factor}). The probability
 * is rounded to a multiple of 1/65,536. A seed gives the same masks, in whatever order the cores
 * draw them.
 */
final class DropoutMasks {
  private static final int STEPS = 1 << 16;

  private DropoutMasks() {}

  /** Returns 1 / (1 − p), what dropout multiplies what it keeps by. */
  static float factor(AdapterSnapshot policy) {
    return (float) (1 / (1 - policy.dropout()));
  }

  /** Adds the masks to the inputs of a run. */
  static void feed(
      TensorFeed feed, List<LinearSite> sites, int rows, double probability, long seed) {
    List<ByteBuffer> masks = new ArrayList<>();
    for (LinearSite site : sites) {
      masks.add(feed.bytes(site.inputOfDropout(), rows, site.inputs()));
    }
    int dropped = (int) Math.round(probability * STEPS);
    IntStream.range(0, masks.size())
        .parallel()
        .forEach(i -> draw(masks.get(i), dropped, Seeds.mix(seed, i)));
  }

  /** Draws four elements from each number of 64 bits. */
  private static void draw(ByteBuffer mask, int dropped, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int whole = mask.limit() & ~7;
    for (int i = 0; i < whole; i += 8) {
      mask.putLong(i, four(random.nextLong(), dropped) | four(random.nextLong(), dropped) << 32);
    }
    for (int i = whole; i < mask.limit(); i++) {
      mask.put(i, (byte) four(random.nextLong(), dropped));
    }
  }

  private static long four(long bits, int dropped) {
    return kept(bits, dropped)
        | kept(bits >>> 16, dropped) << 8
        | kept(bits >>> 32, dropped) << 16
        | kept(bits >>> 48, dropped) << 24;
  }

  /** Returns 1 if the lowest 16 bits are at least the threshold, else 0, without a branch. */
  private static long kept(long bits, int dropped) {
    return (dropped - 1 - (bits & 0xffff)) >>> 63;
  }
}
