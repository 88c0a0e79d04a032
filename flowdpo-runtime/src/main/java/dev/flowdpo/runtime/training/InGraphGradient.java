package dev.flowdpo.runtime.training;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.nio.ByteBuffer;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The way back gives the gradient of every factor. Nothing but scores and gradients leaves the
 * graphs, which is what a GPU wants; on a CPU it is the independent check of {@link TapsGradient}.
 */
final class InGraphGradient extends CompletionGradient {
  InGraphGradient(FrozenBase base) {
    super(base, GradientPath.IN_GRAPH);
  }

  @Override
  SiteGradients sites(AdapterSnapshot policy, CompletionBatch batch, INDArray gradient) {
    NativeVectors.prepareThread();
    AdapterLayout layout = policy.layout();
    Map<LinearSite, Integer> numbers = numbers(layout);
    // The graph's input is alpha / rank · B, and the factor of dropout, so the chain rule brings
    // them back.
    float scaling = policy.scaling() * (policy.dropout() > 0 ? DropoutMasks.factor(policy) : 1);
    return (outputs, memory) -> {
      Integer number = numbers.get(outputs.site());
      if (number != null && outputs instanceof GradientGraphs.FactorGradients factors) {
        int ofA = layout.offsetOfA(number);
        int ofB = layout.offsetOfB(number);
        add(gradient, ofA, layout.sizeOfA(number), memory.apply(factors.ofA()), 1);
        add(gradient, ofB, layout.sizeOfB(number), memory.apply(factors.ofB()), scaling);
      }
    };
  }

  private static void add(INDArray gradient, int offset, int size, ByteBuffer part, float factor) {
    INDArray view = gradient.get(NDArrayIndex.interval(offset, offset + (long) size));
    view.addi(NativeVectors.over(part, size).muli(factor));
  }
}
