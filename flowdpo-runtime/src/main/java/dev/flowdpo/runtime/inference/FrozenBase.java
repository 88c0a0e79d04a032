package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.FlowException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.ChunkGraph;
import dev.flowdpo.runtime.graph.Graph;
import dev.flowdpo.runtime.graph.OnnxModel;
import dev.flowdpo.runtime.graph.PrefillGraph;
import dev.flowdpo.runtime.graph.RotaryTables;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.graph.Value;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A frozen model, loaded: its configuration, its weights, and a session for each of its graphs,
 * made when it is first used. The weights are mapped from the file; ONNX Runtime copies what it is
 * handed, so every session that is made takes the memory of the weights once more.
 *
 * <p>Thread-safe. Owns the native memory of the engine; {@link #close} frees it and must not run
 * while a call is under way.
 */
public final class FrozenBase implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Checkpoint checkpoint;
  private final SessionSettings settings;
  private final int maxTokens;
  private final Map<String, OnnxTensor> weights = new HashMap<>();
  private final Map<Kind, OrtSession> sessions = new HashMap<>();
  private final Map<Kind, TrainingGraph> trainingGraphs = new HashMap<>();
  private final FeedPool feeds = new FeedPool();
  private boolean closed;

  /** The graphs of a model. */
  public enum Kind {
    /** {@link PrefillGraph}. */
    PREFILL,
    /** {@link ChunkGraph}. */
    CHUNK,
    /** {@link TrainingGraph#score}. */
    SCORE,
    /** {@link TrainingGraph#taps} without dropout. */
    TAPS,
    /** {@link TrainingGraph#taps} with dropout. */
    TAPS_WITH_DROPOUT,
    /** {@link TrainingGraph#adapterGradients}. */
    ADAPTER_GRADIENTS
  }

  private FrozenBase(Checkpoint checkpoint, SessionSettings settings) {
    this.environment = OrtEnvironment.getEnvironment();
    this.checkpoint = checkpoint;
    this.settings = settings;
    this.maxTokens = Math.min(checkpoint.config().longestSequence(), settings.maxTokens());
  }

  /**
   * Takes over an open checkpoint, which closes with the result.
   *
   * @throws FlowException if ONNX Runtime refuses the weights
   */
  public static FrozenBase load(Checkpoint checkpoint, SessionSettings settings) {
    FrozenBase base = new FrozenBase(checkpoint, settings);
    try {
      base.prepareWeights();
      return base;
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** Returns the configuration of the model. */
  public ModelConfig config() {
    return checkpoint.config();
  }

  /** Returns the largest number of tokens of a sequence, prompt and answer together. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Returns the session of a graph, made at the first call. */
  public synchronized OrtSession session(Kind kind) {
    if (closed) {
      throw new IllegalStateException("The model " + checkpoint.folder() + " is closed");
    }
    return sessions.computeIfAbsent(kind, key -> createSession(graph(key)));
  }

  /** Returns the description of a training graph. */
  public synchronized TrainingGraph trainingGraph(Kind kind) {
    return trainingGraphs.computeIfAbsent(
        kind,
        key ->
            switch (key) {
              case SCORE -> TrainingGraph.score(config(), maxTokens);
              case TAPS -> TrainingGraph.taps(config(), maxTokens, false);
              case TAPS_WITH_DROPOUT -> TrainingGraph.taps(config(), maxTokens, true);
              case ADAPTER_GRADIENTS -> TrainingGraph.adapterGradients(config(), maxTokens);
              case PREFILL, CHUNK ->
                  throw new IllegalArgumentException(key + " is not a training graph");
            });
  }

  /** Returns the inputs of one run, in memory that is used again after the run is closed. */
  public TensorFeed feed() {
    return feeds.feed();
  }

  private Graph graph(Kind kind) {
    return switch (kind) {
      case PREFILL -> PrefillGraph.build(config(), maxTokens);
      case CHUNK -> ChunkGraph.build(config(), maxTokens);
      case SCORE, TAPS, TAPS_WITH_DROPOUT, ADAPTER_GRADIENTS -> trainingGraph(kind).graph();
    };
  }

  private void prepareWeights() {
    try {
      for (String name : Checkpoint.expectedTensors(config()).keySet()) {
        FloatBuffer data = checkpoint.weight(name);
        weights.put(name, OnnxTensor.createTensor(environment, data, checkpoint.shape(name)));
      }
      for (RotaryTables.Table table : RotaryTables.all(config(), maxTokens)) {
        addTable(table);
      }
    } catch (OrtException e) {
      throw new FlowException(
          "ONNX Runtime refused the weights of " + checkpoint.folder() + ": " + e.getMessage(), e);
    }
  }

  private void addTable(RotaryTables.Table table) throws OrtException {
    float[] values = table.values();
    FloatBuffer data = NativeScratch.direct(4L * values.length).asFloatBuffer().put(values).flip();
    weights.put(table.name(), OnnxTensor.createTensor(environment, data, table.shape()));
  }

  private OrtSession createSession(Graph graph) {
    byte[] model = OnnxModel.bytes(graph);
    Map<String, OnnxTensorLike> initializers = new HashMap<>();
    for (Value weight : graph.weights().values()) {
      initializers.put(weight.name(), weights.get(weight.name()));
    }
    try (OrtSession.SessionOptions options = settings.create()) {
      options.addExternalInitializers(initializers);
      return environment.createSession(model, options);
    } catch (OrtException e) {
      throw new FlowException(
          "ONNX Runtime could not load the graph of " + checkpoint.folder() + ": " + e.getMessage(),
          e);
    }
  }

  /** Frees the sessions, the weights and the scratch memory, and closes the checkpoint. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    sessions.values().forEach(FrozenBase::closeSession);
    sessions.clear();
    weights.values().forEach(OnnxTensor::close);
    weights.clear();
    feeds.clear();
    checkpoint.close();
  }

  private static void closeSession(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new FlowException("ONNX Runtime could not close a session: " + e.getMessage(), e);
    }
  }
}
