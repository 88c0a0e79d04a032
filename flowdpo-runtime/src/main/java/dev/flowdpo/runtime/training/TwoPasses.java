package dev.flowdpo.runtime.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.RunSizes;
import dev.flowdpo.runtime.graph.Shape;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.graph.Value;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One batch on its way through {@link GradientGraphs}: forward, and then back layer by layer. What
 * the forward pass keeps lies in the memory of the run's inputs; what a layer gives lies where the
 * layer before gave its own, and is gone with the next. For one thread, once.
 */
final class TwoPasses {
  private static final float LARGEST_SEED = 32;

  private final FrozenBase base;
  private final GradientGraphs graphs;
  private final TensorFeed feed;
  private final CompletionBatch batch;
  private final Map<String, Long> sizes;
  private final Map<Value, ByteBuffer> kept = new HashMap<>();
  private final FloatBuffer scores;

  /** The memory of a layer's outputs, by their number. */
  private final List<ByteBuffer> outputs = new ArrayList<>();

  /**
   * @param feed has all inputs of the forward pass
   */
  TwoPasses(
      FrozenBase base, GradientGraphs graphs, TensorFeed feed, CompletionBatch batch, int rank) {
    this.base = base;
    this.graphs = graphs;
    this.feed = feed;
    this.batch = batch;
    this.sizes =
        new RunSizes(base.config(), rank).training(batch.rows(), batch.width(), batch.scored());
    for (Value value : graphs.kept()) {
      kept.put(value, feed.outputReals(value.name(), value.type(), sizes(value)));
    }
    this.scores =
        feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
  }

  /** Returns the log-probability of every scored token. */
  float[] forward() {
    OrtSession session = base.session(graphs.forward());
    try (OrtSession.Result result = feed.runUnrecorded(session, Set.of())) {
      float[] perToken = new float[batch.scored()];
      scores.get(perToken);
      return perToken;
    }
  }

  /**
   * Goes back.
   *
   * @param seed the derivative of the loss by each of these log-probabilities
   * @param sites takes up the gradient of the adapter
   */
  void back(float[] seed, CompletionGradient.SiteGradients sites) {
    float scale = base.elementType() == ElementType.FLOAT16 ? scale(seed) : 1;
    ByteBuffer gradient = feed.memory((long) Float.BYTES * seed.length);
    for (int i = 0; i < seed.length; i++) {
      gradient.putFloat(i * Float.BYTES, scale * seed[i]);
    }
    ElementType type = ElementType.FLOAT;
    long[] shape = {seed.length, 1};
    Optional<ByteBuffer> free = Optional.empty();
    for (GradientGraphs.Segment segment : graphs.segments()) {
      long[] next = sizes(segment.gradient());
      ByteBuffer memory = free.orElseGet(() -> feed.memory(bytes(segment.gradient(), next)));
      Map<Value, ByteBuffer> given = new HashMap<>();
      given.put(segment.gradient(), memory);
      int number = 0;
      for (GradientGraphs.SiteOutputs site : segment.sites()) {
        for (Value output : site.outputs()) {
          if (!given.containsKey(output)) {
            given.put(output, output(number++, bytes(output, sizes(output))));
          }
        }
      }
      run(segment, gradient, type, shape, given);
      if (scale != 1) {
        segment.sites().stream()
            .flatMap(site -> site.outputs().stream())
            .forEach(
                value -> divide(Lookup.required(given, value), bytes(value, sizes(value)), scale));
      }
      given.putAll(kept);
      segment.sites().forEach(site -> sites.add(site, value -> Lookup.required(given, value)));
      free = segment.sites().isEmpty() ? Optional.empty() : Optional.of(gradient);
      gradient = memory;
      type = segment.gradient().type();
      shape = next;
    }
  }

  /**
   * Returns the power of two that brings the largest derivative to about {@value #LARGEST_SEED}. In
   * 16 bits of IEEE, gradients that are formed from small derivatives would be 0; the way back is
   * linear, so that the factor can be taken out at its end.
   */
  private static float scale(float[] seed) {
    float largest = 0;
    for (float one : seed) {
      largest = Math.max(largest, Math.abs(one));
    }
    return largest == 0
        ? 1
        : Math.scalb(1f, Math.getExponent(LARGEST_SEED) - Math.getExponent(largest));
  }

  private static void divide(ByteBuffer values, long bytes, float scale) {
    for (int at = 0; at < bytes; at += Float.BYTES) {
      float value = values.getFloat(at) / scale;
      if (!Float.isFinite(value)) {
        throw new FlowException(
            "The gradient: expected finite numbers, found "
                + value
                + ": what this model computes is more than F16 holds; take Precision.BF16 or F32");
      }
      values.putFloat(at, value);
    }
  }

  private void run(
      GradientGraphs.Segment segment,
      ByteBuffer gradient,
      ElementType type,
      long[] shape,
      Map<Value, ByteBuffer> given) {
    Map<String, OnnxTensorLike> inputs = new HashMap<>();
    segment.inputs().forEach((name, source) -> inputs.put(name, feed.tensor(source)));
    segment
        .weights()
        .forEach(
            (name, weight) -> inputs.put(name, base.weight(weight.data(), weight.shape().sizes())));
    Map<String, OnnxTensor> pinned = new HashMap<>();
    try (OnnxTensor taken = feed.tensor(segment.gradientInput(), type, gradient, shape)) {
      inputs.put(segment.gradientInput(), taken);
      given.forEach(
          (value, memory) ->
              pinned.put(
                  value.name(), feed.tensor(value.name(), value.type(), memory, sizes(value))));
      feed.run(base.session(segment.graph()), inputs, Set.of(), pinned).close();
    } finally {
      pinned.values().forEach(OnnxTensor::close);
    }
  }

  private ByteBuffer output(int number, long bytes) {
    if (number == outputs.size()) {
      outputs.add(feed.memory(bytes));
    } else if (outputs.get(number).capacity() < bytes) {
      outputs.set(number, feed.memory(bytes));
    }
    return outputs.get(number);
  }

  private long[] sizes(Value value) {
    List<Shape.Dimension> dimensions = value.shape().dimensions();
    long[] found = new long[dimensions.size()];
    for (int i = 0; i < found.length; i++) {
      Shape.Dimension dimension = dimensions.get(i);
      found[i] =
          dimension.size() >= 0 ? dimension.size() : Lookup.required(sizes, dimension.name());
    }
    return found;
  }

  private static long bytes(Value value, long[] shape) {
    long bytes = value.type().bytes();
    for (long size : shape) {
      bytes *= size;
    }
    return bytes;
  }
}
