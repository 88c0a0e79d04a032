package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.adapter.AdapterLayout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Forms adapter gradients from the taps of a site, with a coefficient of its own for every
 * sequence.
 *
 * <p>Sequences of a batch do not mix, and a backward pass is linear in its seed. So one pass with
 * seed 1 at every scored token serves any objective: with the coefficient {@code cᵢ =
 * ∂loss/∂(log-probability of sequence i)} that is known only afterwards,
 *
 * <pre>
 *   ∂B = s · Σᵢ cᵢ gᵢᵀ uᵢ        ∂A = Σᵢ cᵢ vᵢᵀ xᵢ
 * </pre>
 *
 * where for the rows of sequence i: x is the site's input, u = x Aᵀ, g the gradient at its output,
 * v = g (s·B), and s = alpha / rank. Cost: two matrix products of rank r a site. Not thread-safe.
 */
final class LoraGradientKernel {
  private final AdapterLayout layout;
  private final float scaling;
  private final INDArray gradient;

  /**
   * Adds to this gradient.
   *
   * @param gradient a vector of the layout's size
   */
  LoraGradientKernel(AdapterLayout layout, float scaling, INDArray gradient) {
    this.layout = layout;
    this.scaling = scaling;
    this.gradient = gradient;
  }

  /**
   * Multiplies every row of u and v by the coefficient of its sequence, for all sites at once.
   *
   * @param downs u and v of all sites {@code [2·sites, rows, rank]}; is overwritten
   * @param coefficients one a sequence
   * @param width the number of rows of a sequence
   */
  static void scale(INDArray downs, double[] coefficients, int width) {
    int rank = (int) downs.size(2);
    float[] factors = new float[coefficients.length * width * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) coefficients[i / (width * rank)];
    }
    try (INDArray vector = NativeVectors.of(factors)) {
      INDArray rows = vector.reshape((long) coefficients.length * width, rank);
      Nd4j.getExecutioner().exec(new BroadcastMulOp(downs, rows, downs, 1, 2));
    }
  }

  /**
   * Adds the gradient of one site.
   *
   * @param x the site's input {@code [rows, inputs]}
   * @param u scaled {@code [rows, rank]}
   * @param v scaled {@code [rows, rank]}
   * @param g the gradient at the output {@code [rows, outputs]}
   */
  void add(int site, INDArray x, INDArray u, INDArray v, INDArray g) {
    int inputs = layout.sites().get(site).inputs();
    int outputs = layout.sites().get(site).outputs();
    INDArray ofA = view(layout.offsetOfA(site), layout.rank(), inputs);
    INDArray ofB = view(layout.offsetOfB(site), outputs, layout.rank());
    // ND4J's product writes column-major and copies a right side that is row-major. So the wide
    // matrices stand on the left, transposed without a copy; (∂A)ᵀ = xᵀ v lands in the vector,
    // ∂B = s gᵀ u is added to it.
    Nd4j.gemm(x.transpose(), v, ofA.transpose(), false, false, 1, 1);
    try (INDArray product =
        Nd4j.createUninitialized(DataType.FLOAT, new long[] {outputs, layout.rank()}, 'f')) {
      ofB.addi(Nd4j.gemm(g.transpose(), u, product, false, false, scaling, 0));
    }
  }

  private INDArray view(int offset, int rows, int columns) {
    return gradient
        .get(NDArrayIndex.interval(offset, offset + (long) rows * columns))
        .reshape('c', rows, columns);
  }
}
