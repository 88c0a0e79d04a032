package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.checkpoint.Block;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import java.util.Optional;

/**
 * A format that the library does not have: blocks of any size whose zero, or offset, lies where
 * their smallest and largest weight want it.
 */
record AsymmetricFormat(int bits, int blockSize, boolean offsets) implements BlockFormat {
  /** Returns all matrices in this format. */
  static MatrixFormats everywhere(int bits, int blockSize, boolean offsets) {
    BlockFormat format = new AsymmetricFormat(bits, blockSize, offsets);
    return new MatrixFormats(
        format.name(), format.name(), Optional.of(format), Optional.of(format));
  }

  @Override
  public String name() {
    return "asymmetric-%d-bits-by-%d-with-%s"
        .formatted(bits, blockSize, offsets ? "offsets" : "zeros");
  }

  @Override
  public BlockLayout layout() {
    return new BlockLayout(bits, blockSize, !offsets, offsets);
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
      int zero = offsets ? layout().middle() : Math.round(-least / factor);
      block.round(weights, factor, zero, offsets ? least + factor * zero : 0);
    }
  }
}
