package dev.flowdpo.runtime.checkpoint;

/**
 * The format of a matrix whose blocks a file already has ({@link StoredBlocks}). It rounds nothing.
 */
record StoredFormat(BlockLayout layout) implements BlockFormat {
  @Override
  public String name() {
    return "as stored";
  }

  @Override
  public void quantize(float[] weights, Block block) {
    throw new UnsupportedOperationException("Blocks of " + layout + " are read from a file");
  }
}
