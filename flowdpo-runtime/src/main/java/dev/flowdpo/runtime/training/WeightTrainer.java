package dev.flowdpo.runtime.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.checkpoint.ParameterKind;
import dev.flowdpo.runtime.checkpoint.TensorNames;
import dev.flowdpo.runtime.graph.OnnxModel;
import dev.flowdpo.runtime.graph.RotaryTables;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FeedPool;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Trains all weights of a small model on completions, by the mean negative log-likelihood of their
 * tokens: how the bundled model was made. The weights are one vector that ND4J owns and ONNX
 * Runtime reads in place; the gradients are written into another.
 *
 * <p>Not thread-safe. Owns a session and its tensors; close it.
 */
public final class WeightTrainer implements AutoCloseable {
  private final ModelConfig config;
  private final int maxTokens;
  private final double clipNorm;
  private final TrainingGraph graph;
  private final OrtSession session;
  private final FeedPool feeds = new FeedPool("that is being trained");
  private final Map<String, long[]> shapes;
  private final INDArray weights;
  private final INDArray gradients;
  private final ByteBuffer weightMemory;
  private final ByteBuffer gradientMemory;
  private final AdamW.Settings settings;
  private AdamW optimizer;
  private final LeakDetector.Handle open = LeakDetector.opened(this, "A trainer of weights");
  private boolean closed;

  /**
   * Starts from given weights.
   *
   * @param maxTokens the largest number of tokens of a sequence
   * @param clipNorm the gradient's largest norm
   * @throws FlowException if ONNX Runtime refuses the graph
   */
  public WeightTrainer(
      ModelConfig config,
      float[] initial,
      int maxTokens,
      AdamW.Settings settings,
      double clipNorm) {
    NativeLibraries.prepareLearning();
    this.config = config;
    this.maxTokens = maxTokens;
    this.clipNorm = clipNorm;
    this.settings = settings;
    this.shapes = Checkpoint.expectedTensors(config);
    this.graph = TrainingGraph.weightGradients(config, maxTokens);
    this.weights = NativeVectors.zeros(initial.length);
    this.weightMemory = weights.data().pointer().asByteBuffer().order(ByteOrder.nativeOrder());
    weightMemory.asFloatBuffer().put(initial);
    this.gradientMemory =
        ByteBuffer.allocateDirect(4 * initial.length).order(ByteOrder.nativeOrder());
    this.gradients = NativeVectors.over(gradientMemory, initial.length);
    this.optimizer = new AdamW(settings, decaying());
    this.session = createSession();
  }

  /** Returns the number of weights. */
  public static int size(ModelConfig config) {
    return Math.toIntExact(ModelTensor.of(config).stream().mapToLong(ModelTensor::elements).sum());
  }

  /**
   * Returns weights to start from: normal with deviation 0.05 for the embeddings and {@code 1 /
   * √inputs} for matrices, 0.3 of that for those that write into the residual stream; norms that
   * multiply by one, and biases of zero.
   */
  public static float[] initialWeights(ModelConfig config, long seed) {
    FloatBuffer values = FloatBuffer.allocate(size(config));
    SplittableRandom random = new SplittableRandom(seed);
    for (ModelTensor tensor : ModelTensor.of(config)) {
      double deviation = deviation(config, tensor);
      for (long i = 0; i < tensor.elements(); i++) {
        values.put(
            tensor.kind().isMatrix()
                ? (float) (deviation * gaussian(random))
                : initialVector(config, tensor));
      }
    }
    return values.array();
  }

  private static float initialVector(ModelConfig config, ModelTensor tensor) {
    boolean aroundOne =
        tensor.kind() == ParameterKind.NORM && !config.variant().normWeightsFromOne();
    return aroundOne ? 1 : 0;
  }

  private static double deviation(ModelConfig config, ModelTensor tensor) {
    if (tensor.kind() == ParameterKind.EMBEDDING) {
      return 0.05;
    }
    boolean writesResidual =
        Stream.of(LinearLayer.OUTPUT, LinearLayer.DOWN)
            .map(linear -> TensorNames.weight(config.names().path(linear)))
            .anyMatch(path -> tensor.name().endsWith("." + path));
    return (writesResidual ? 0.3 : 1) / Math.sqrt((double) tensor.columns());
  }

  /** Box and Muller's transform. */
  private static double gaussian(SplittableRandom random) {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    return radius * Math.cos(2 * Math.PI * random.nextDouble());
  }

  /**
   * Takes one optimizer step.
   *
   * @return the mean negative log-likelihood of the completions' tokens before the step
   */
  public double step(List<Completion> completions, double learningRate) {
    double loss = gradient(completions);
    NativeVectors.prepareThread();
    AdamW.clip(gradients, clipNorm);
    optimizer.step(weights, gradients, learningRate);
    return loss;
  }

  /** Forgets the optimizer's moments. */
  public void resetOptimizer() {
    optimizer.close();
    optimizer = new AdamW(settings, decaying());
  }

  /** Returns a copy of the weights under their names in a checkpoint. */
  public Map<String, FloatTensor> weights() {
    return tensors(weights.toFloatVector());
  }

  /** Computes the loss; leaves the gradient where {@link #gradients()} reads it. */
  double gradient(List<Completion> completions) {
    if (closed) {
      throw new FlowClosedException("The trainer is closed");
    }
    CompletionBatch batch = CompletionBatch.of(completions);
    try (TensorFeed feed = feeds.feed()) {
      batch.feed(feed, maxTokens, config.vocabularySize());
      feed.describe("weights", batch.rows(), batch.width(), null);
      FloatBuffer seed = feed.floats(TrainingGraph.SEED, batch.scored(), 1);
      for (int i = 0; i < batch.scored(); i++) {
        seed.put(-1f / batch.scored());
      }
      FloatBuffer scores =
          feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
      int offset = 0;
      for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
        int bytes = (int) (4 * FloatTensor.elements(entry.getValue()));
        feed.shared(entry.getKey(), slice(weightMemory, offset, bytes), entry.getValue());
        feed.sharedOutput(
            Lookup.required(graph.gradients(), entry.getKey()),
            slice(gradientMemory, offset, bytes),
            entry.getValue());
        offset += bytes;
      }
      double sum = 0;
      try (OrtSession.Result result = feed.run(session, Set.of())) {
        for (int i = 0; i < batch.scored(); i++) {
          sum -= scores.get();
        }
      }
      return sum / batch.scored();
    }
  }

  /** Returns a copy of the gradient that the last call computed. */
  Map<String, FloatTensor> gradients() {
    return tensors(gradients.toFloatVector());
  }

  private Map<String, FloatTensor> tensors(float[] values) {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    int offset = 0;
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      int length = (int) FloatTensor.elements(entry.getValue());
      tensors.put(
          entry.getKey(),
          new FloatTensor(entry.getValue(), FloatBuffer.wrap(values, offset, length)));
      offset += length;
    }
    return tensors;
  }

  /** Matrices decay, norms do not. */
  private INDArray decaying() {
    INDArray decaying = NativeVectors.zeros(weights.length());
    long offset = 0;
    for (long[] shape : shapes.values()) {
      long end = offset + FloatTensor.elements(shape);
      if (shape.length == 2) {
        decaying.get(NDArrayIndex.interval(offset, end)).assign(1);
      }
      offset = end;
    }
    return decaying;
  }

  private OrtSession createSession() {
    OrtEnvironment environment = NativeLibraries.onnxRuntime();
    Map<String, OnnxTensorLike> tables = new LinkedHashMap<>();
    try (OrtSession.SessionOptions options = SessionSettings.defaults().create()) {
      for (RotaryTables.Table table : RotaryTables.all(config, maxTokens)) {
        if (graph.graph().weights().containsKey(table.data())) {
          FloatBuffer values = FloatBuffer.wrap(table.values());
          tables.put(table.name(), OnnxTensor.createTensor(environment, values, table.shape()));
        }
      }
      options.addExternalInitializers(tables);
      return environment.createSession(OnnxModel.bytes(graph.graph()), options);
    } catch (OrtException e) {
      throw new FlowException(
          "ONNX Runtime could not load the training graph: " + e.getMessage(), e);
    } finally {
      tables.values().forEach(OnnxTensorLike::close);
    }
  }

  private static ByteBuffer slice(ByteBuffer memory, int offset, int bytes) {
    return memory.slice(offset, bytes).order(ByteOrder.nativeOrder());
  }

  /** Frees the session; calls after the first do nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    feeds.close();
    open.closed();
    optimizer.close();
    weights.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new FlowException("ONNX Runtime could not close a session: " + e.getMessage(), e);
    }
  }
}
