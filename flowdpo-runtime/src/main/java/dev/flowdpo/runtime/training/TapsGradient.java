package dev.flowdpo.runtime.training;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The way back gives what flows through every site, and {@link LoraGradientKernel} forms the
 * gradient from it. It is written by ONNX Runtime and read by ND4J in the same memory.
 */
final class TapsGradient extends CompletionGradient {
  TapsGradient(FrozenBase base) {
    super(base, GradientPath.TAPS);
  }

  @Override
  SiteGradients sites(AdapterSnapshot policy, CompletionBatch batch, INDArray gradient) {
    NativeVectors.prepareThread();
    float factor = policy.dropout() > 0 ? DropoutMasks.factor(policy) : 1;
    LoraGradientKernel kernel =
        new LoraGradientKernel(policy.layout(), factor * policy.scaling(), gradient);
    Map<LinearSite, Integer> numbers = numbers(policy.layout());
    int rows = batch.paddedTokens();
    int rank = policy.layout().rank();
    return (outputs, memory) -> {
      LinearSite site = outputs.site();
      Integer number = numbers.get(site);
      if (number != null && outputs instanceof GradientGraphs.Taps taps) {
        kernel.add(
            number,
            NativeVectors.over(memory.apply(taps.input()), rows, site.inputs()),
            NativeVectors.over(memory.apply(taps.down()), rows, rank),
            NativeVectors.over(memory.apply(taps.downGradient()), rows, rank),
            NativeVectors.over(memory.apply(taps.outputGradient()), rows, site.outputs()));
      }
    };
  }
}
