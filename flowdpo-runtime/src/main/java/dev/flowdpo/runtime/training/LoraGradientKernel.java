package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.adapter.AdapterLayout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Forms adapter gradients from what flows through a site when the way back is seeded with the
 * derivative of the loss:
 *
 * <pre>
 *   ∂B = s · gᵀ u        ∂A = vᵀ x
 * </pre>
 *
 * where x is the site's input, u = x Aᵀ, g the gradient at its output, v = g (s·B), and s = alpha /
 * rank, with the factor of dropout if there is one. Cost: two matrix products of rank r a site. Not
 * thread-safe.
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
   * Adds the gradient of one site.
   *
   * @param x the site's input {@code [rows, inputs]}
   * @param u {@code [rows, rank]}
   * @param v {@code [rows, rank]}
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
