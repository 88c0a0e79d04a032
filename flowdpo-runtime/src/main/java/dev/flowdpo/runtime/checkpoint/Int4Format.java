package dev.flowdpo.runtime.checkpoint;

/**
 * 4 bits with a factor and an offset for every 32 of them.
 *
 * <p>The first grid reaches from the smallest weight to the largest one, so that weights which lie
 * on such a grid already are kept. Then grids a little coarser and finer are tried, of which the
 * finer ones cut the extremes off: each is fitted to its rounded block by least squares, {@code min
 * Σ (factor · c + offset − w)²} over codes c, and the block is rounded again. The grid with the
 * smallest squared error is taken.
 */
final class Int4Format implements BlockFormat {
  private static final BlockLayout LAYOUT = new BlockLayout(4, 32, false, true);

  /** How many steps the weights' range has on the grids that are tried, beside the 15 of codes. */
  private static final float[] MORE_STEPS = {0, -0.6f, 0.6f, 1.2f, 1.8f, 2.4f};

  private static final int REFITS = 2;

  @Override
  public String name() {
    return "int4";
  }

  @Override
  public BlockLayout layout() {
    return LAYOUT;
  }

  @Override
  public void quantize(float[] weights, Block block) {
    float least = weights[0];
    float most = weights[0];
    for (float weight : weights) {
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    // Half of each: the difference of two finite numbers may not be one.
    float half = most / 2 - least / 2;
    float middle = least + half;
    if (half / LAYOUT.most() < Float.MIN_NORMAL) {
      block.setAll(middle);
      return;
    }
    double leastError = Double.POSITIVE_INFINITY;
    Block trial = new Block(LAYOUT);
    for (float more : MORE_STEPS) {
      float factor = half / (LAYOUT.most() + more) * 2;
      // The middle of the weights is to lie in the middle of the codes, between 7 and 8.
      double error = trial.round(weights, factor, LAYOUT.middle(), middle + factor / 2);
      for (int i = 0; i <= REFITS && error < leastError; i++) {
        leastError = error;
        block.set(trial);
        error = refit(weights, trial);
      }
    }
  }

  /** Rounds to the grid that is nearest to the weights at the block's codes. */
  private static double refit(float[] weights, Block block) {
    double codes = 0;
    double squares = 0;
    double sum = 0;
    double products = 0;
    for (int i = 0; i < weights.length; i++) {
      double code = block.code(i) - block.zero();
      codes += code;
      squares += code * code;
      sum += weights[i];
      products += code * weights[i];
    }
    double determinant = weights.length * squares - codes * codes;
    float factor = (float) ((weights.length * products - codes * sum) / determinant);
    if (!(Math.abs(factor) >= Float.MIN_NORMAL)) {
      return Double.POSITIVE_INFINITY;
    }
    float offset = (float) ((sum - factor * codes) / weights.length);
    return block.round(weights, factor, block.zero(), offset);
  }
}
