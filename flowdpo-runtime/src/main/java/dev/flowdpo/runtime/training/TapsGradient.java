package dev.flowdpo.runtime.training;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass with seed 1 gives the policy's log-probabilities and the taps of every site; the objective then gives each
 * sequence its coefficient, and {@link LoraGradientKernel} forms the gradient. The taps are written by ONNX Runtime and
 * read by ND4J in the same memory.
 */
final class TapsGradient extends PreferenceGradient {
  private final TrainingGraph graph;

  TapsGradient(FrozenBase base) {
    super(base);
    this.graph = base.trainingGraph(FrozenBase.Kind.TAPS);
  }

  @Override
  BatchResult addGradient(
      AdapterSnapshot policy,
      CompletionBatch batch,
      double[] referenceSums,
      DpoObjective objective,
      int pairs,
      INDArray gradient) {
    try (TensorFeed feed = base().feed()) {
      batch.feed(feed, base().maxTokens(), base().config().vocabularySize());
      feed.adapter(policy);
      FloatBuffer seed = feed.floats(TrainingGraph.SEED, batch.scored(), 1);
      for (int i = 0; i < batch.scored(); i++) {
        seed.put(1);
      }
      FloatBuffer scores =
          feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
      Map<String, ByteBuffer> taps = tapMemory(feed, batch.rows(), policy.layout().rank());
      try (OrtSession.Result result = feed.run(base().session(FrozenBase.Kind.TAPS), Set.of())) {
        float[] perToken = new float[batch.scored()];
        scores.get(perToken);
        BatchResult values = evaluate(batch, batch.sums(perToken), referenceSums, objective);
        double[] coefficients = coefficients(values.values(), pairs);
        addSites(policy, batch, coefficients, taps, gradient);
        return values;
      }
    }
  }

  private Map<String, ByteBuffer> tapMemory(TensorFeed feed, int rows, int rank) {
    Map<String, ByteBuffer> memory = new HashMap<>();
    for (TrainingGraph.Taps tap : graph.taps()) {
      LinearSite site = tap.site();
      memory.computeIfAbsent(tap.input(), name -> feed.outputFloats(name, rows, site.inputs()));
      memory.put(tap.down(), feed.outputFloats(tap.down(), rows, rank));
      memory.put(tap.downGradient(), feed.outputFloats(tap.downGradient(), rows, rank));
      memory.computeIfAbsent(
          tap.outputGradient(), name -> feed.outputFloats(name, rows, site.outputs()));
    }
    return memory;
  }

  private void addSites(
      AdapterSnapshot policy,
      CompletionBatch batch,
      double[] coefficients,
      Map<String, ByteBuffer> taps,
      INDArray gradient) {
    int rows = batch.rows();
    int rank = policy.layout().rank();
    LoraGradientKernel kernel =
        new LoraGradientKernel(policy.layout(), policy.scaling(), gradient);
    INDArray rowCoefficients = LoraGradientKernel.rowCoefficients(coefficients, batch.width());
    List<TrainingGraph.Taps> sites = graph.taps();
    for (int site = 0; site < sites.size(); site++) {
      TrainingGraph.Taps tap = sites.get(site);
      kernel.add(
          site,
          rowCoefficients,
          NativeArrays.over(taps.get(tap.input()), rows, tap.site().inputs()),
          NativeArrays.over(taps.get(tap.down()), rows, rank),
          NativeArrays.over(taps.get(tap.downGradient()), rows, rank),
          NativeArrays.over(taps.get(tap.outputGradient()), rows, tap.site().outputs()));
    }
  }
}
