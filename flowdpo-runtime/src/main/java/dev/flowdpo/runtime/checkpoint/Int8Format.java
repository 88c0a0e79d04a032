package dev.flowdpo.runtime.checkpoint;

/**
 * 8 bits with a factor for every 32 of them, the zero in the middle. The factor lets the element of
 * the largest magnitude lie at the end of the codes.
 */
final class Int8Format implements BlockFormat {
  private static final BlockLayout LAYOUT = new BlockLayout(8, 32, false);

  @Override
  public String name() {
    return "int8";
  }

  @Override
  public BlockLayout layout() {
    return LAYOUT;
  }

  @Override
  public void quantize(float[] weights, Block block) {
    float extreme = BlockQuantizer.extreme(weights);
    if (extreme == 0) {
      block.setZeros();
    } else {
      float factor = Math.max(Math.abs(extreme) / 127, Float.MIN_NORMAL);
      block.round(weights, factor, LAYOUT.middle());
    }
  }
}
