package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.checkpoint.Block;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import java.util.Optional;

/**
 * A format that the library does not have: blocks of any size whose zero lies where their smallest
 * and largest weight want it.
 */
record AsymmetricFormat(int bits, int blockSize) implements BlockFormat {
  /** Returns all matrices in this format. */
  static MatrixFormats everywhere(int bits, int blockSize) {
    BlockFormat format = new AsymmetricFormat(bits, blockSize);
    return new MatrixFormats(
        format.name(), format.name(), Optional.of(format), Optional.of(format));
  }

  @Override
  public String name() {
    return "asymmetric-" + bits + "-bits-by-" + blockSize;
  }

  @Override
  public BlockLayout layout() {
    return new BlockLayout(bits, blockSize, true);
  }

  @Override
  public void quantize(float[] weights, Block block) {
    float least = 0;
    float most = 0;
    for (float weight : weights) {
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    if (least == most) {
      block.setZeros();
    } else {
      float factor = (most - least) / layout().most();
      block.round(weights, factor, Math.round(-least / factor));
    }
  }
}
