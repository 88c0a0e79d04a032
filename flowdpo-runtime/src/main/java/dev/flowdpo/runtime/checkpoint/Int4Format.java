package dev.flowdpo.runtime.checkpoint;

/**
 * 4 bits with a factor for every 32 of them, the zero in the middle.
 *
 * <p>The first factor lets the element of the largest magnitude be exact, at the one end that has a
 * code more. It is then fitted to the rounded block by least squares, {@code Σ v·c / Σ c²} with
 * {@code c = code − zero}, and the block is rounded again; of the factors tried the one with the
 * smallest squared error is taken.
 */
final class Int4Format implements BlockFormat {
  private static final BlockLayout LAYOUT = new BlockLayout(4, 32, false);
  private static final int REFITS = 3;

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
    float first = BlockQuantizer.extreme(weights) / -LAYOUT.middle();
    if (Math.abs(first) < Float.MIN_NORMAL) {
      block.setZeros();
      return;
    }
    double leastError = block.round(weights, first, LAYOUT.middle());
    Block trial = new Block(LAYOUT);
    trial.set(block);
    for (int i = 0; i < REFITS; i++) {
      float factor = fitted(weights, trial);
      if (Math.abs(factor) < Float.MIN_NORMAL) {
        break;
      }
      double error = trial.round(weights, factor, LAYOUT.middle());
      if (error >= leastError) {
        break;
      }
      leastError = error;
      block.set(trial);
    }
  }

  private static float fitted(float[] weights, Block block) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < weights.length; i++) {
      double code = block.code(i) - block.zero();
      product += weights[i] * code;
      square += code * code;
    }
    return square == 0 ? 0 : (float) (product / square);
  }
}
