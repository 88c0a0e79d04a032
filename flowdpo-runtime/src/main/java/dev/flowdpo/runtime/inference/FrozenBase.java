package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.Precision;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.ChunkGraph;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.graph.FrozenData;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.Graph;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.graph.OnnxModel;
import dev.flowdpo.runtime.graph.PrefillGraph;
import dev.flowdpo.runtime.graph.RotaryTables;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A frozen model, loaded: its configuration, its weights, and a session for each of its graphs,
 * made when it is first used. All sessions share one copy of the weights, which is mapped from the
 * file where that holds them as they are needed; {@link SessionSettings#packing} says which
 * sessions hold another one for speed.
 *
 * <p>Thread-safe. Owns the native memory of the engine; {@link #close} ends the runs under way and
 * frees it after the last.
 */
public final class FrozenBase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrozenBase.class);

  private final OrtEnvironment environment;
  private final Checkpoint checkpoint;
  private final SessionSettings settings;
  private final int maxTokens;
  private final MatrixPlan plan;
  private final WeightTensors weights;
  private final Map<Kind, OrtSession> sessions = new HashMap<>();
  private final IdentityHashMap<Graph, OrtSession> gradientSessions = new IdentityHashMap<>();
  private final Map<String, GradientGraphs> gradientGraphs = new HashMap<>();
  private final FeedPool feeds;
  private final AdapterTensors adapters;
  private final KvMemory keysAndValues = KvMemory.create();
  private final LeakDetector.Handle open;
  private boolean closed;

  /** The graphs of a model. */
  public enum Kind {
    /** {@link PrefillGraph}. */
    PREFILL,
    /** {@link ChunkGraph}. */
    CHUNK,
    /** {@link TrainingGraph#score}, for short rows. */
    SCORE,
    /** The same for rows whose attention is cut into {@linkplain TrainingGraph#blocks blocks}. */
    SCORE_LONG;

    /** Returns the graph that scores rows of so many tokens. */
    public static Kind score(int tokens) {
      return TrainingGraph.blocks(tokens) == 1 ? SCORE : SCORE_LONG;
    }
  }

  private FrozenBase(Checkpoint checkpoint, SessionSettings settings, MatrixPlan plan) {
    this.environment = NativeLibraries.onnxRuntime();
    this.checkpoint = checkpoint;
    this.feeds = new FeedPool(checkpoint.path().toString());
    this.settings = settings;
    this.adapters = new AdapterTensors(emptyRank());
    this.maxTokens = Math.min(checkpoint.config().longestSequence(), settings.maxTokens());
    this.plan = plan;
    this.weights =
        new WeightTensors(
            environment,
            checkpoint,
            plan.formats(),
            DataType.named(settings.precision().orElse(Precision.F32).name())
                .filter(type -> type != DataType.F32),
            settings,
            RotaryTables.all(checkpoint.config(), maxTokens));
    this.open = LeakDetector.opened(this, "The model " + checkpoint.path());
  }

  /**
   * Takes over an open checkpoint, which closes with the result. Quantises its weights, unless a
   * file from an earlier time is found.
   *
   * @throws InvalidInputException if quantised weights cannot be kept in the cache folder
   */
  public static FrozenBase load(Checkpoint checkpoint, SessionSettings settings) {
    ImmutableMap<String, BlockLayout> stored = checkpoint.storedLayouts();
    Quantization asked = settings.quantization();
    Quantization meant =
        asked == Quantization.AS_STORED && stored.isEmpty() ? Quantization.NONE : asked;
    boolean blocks = meant != Quantization.NONE;
    if (blocks && settings.cuda().isPresent()) {
      checkpoint.close();
      throw new InvalidInputException(
          checkpoint.path()
              + ": expected matrices without blocks for a graphics card, found quantised ones; take"
              + " Quantization.NONE, or the processor (ExecutionTarget.cpu())");
    }
    Precision precision =
        settings.precision().orElseGet(() -> blocks ? Precision.F32 : storedPrecision(checkpoint));
    return load(
        checkpoint,
        settings.withQuantization(meant).withPrecision(precision),
        MatrixPlan.of(MatrixFormats.of(meant, stored)).in(ElementType.of(precision)));
  }

  /** The type in which the file has the first matrix of the first layer. */
  private static Precision storedPrecision(Checkpoint checkpoint) {
    String first = LinearSite.of(checkpoint.config()).get(0).weightName();
    return DataType.named(checkpoint.storedType(first))
        .map(type -> Precision.valueOf(type.name()))
        .orElse(Precision.F32);
  }

  /** Holds matrices by a plan of one's own. */
  static FrozenBase load(Checkpoint checkpoint, SessionSettings settings, MatrixPlan plan) {
    try {
      return new FrozenBase(checkpoint, settings, plan);
    } catch (RuntimeException e) {
      checkpoint.close();
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

  /**
   * Returns how the frozen matrices are held in memory: {@link Quantization#NONE}, not {@link
   * Quantization#AS_STORED}, where the model's file has none in blocks.
   */
  public Quantization quantization() {
    return settings.quantization();
  }

  /** Returns the type that graphs compute in. */
  public Precision precision() {
    return settings.precision().orElse(Precision.F32);
  }

  /** Returns how gradients are formed. */
  public GradientPath gradients() {
    return settings.gradients();
  }

  /** Returns the memory for keys and values. */
  KvMemory keysAndValues() {
    return keysAndValues;
  }

  /** Returns how much the keys and values of a token take. */
  long cacheBytesPerToken() {
    ModelConfig config = config();
    return 2L
        * elementType().bytes()
        * config.layers()
        * config.keyValueHeads()
        * config.headSize();
  }

  /** Returns the type that graphs compute in, keys and values included. */
  public ElementType elementType() {
    return plan.type();
  }

  /**
   * Returns the session of a graph, made at the first call. It is closed with this object, but not
   * while a {@link #feed} is open.
   *
   * @throws FlowClosedException if the model is closed
   */
  public synchronized OrtSession session(Kind kind) {
    if (closed) {
      throw new FlowClosedException("The model " + checkpoint.path() + " is closed.");
    }
    return sessions.computeIfAbsent(kind, key -> createSession(packs(key), graph(key)));
  }

  /**
   * Returns the graphs that differentiate by an adapter, made at the first call.
   *
   * @param path what they give
   * @param dropout whether every site takes a dropout mask
   * @param tokens the length of the rows that they are for
   */
  public synchronized GradientGraphs gradientGraphs(
      GradientPath path, boolean dropout, int tokens) {
    int blocks = TrainingGraph.blocks(tokens);
    return gradientGraphs.computeIfAbsent(
        path + " " + dropout + " " + blocks,
        key ->
            settings.cuda().isPresent()
                ? GradientGraphs.withWeights(config(), maxTokens, plan, path, dropout, blocks)
                : GradientGraphs.of(config(), maxTokens, plan, path, dropout, blocks));
  }

  /** As {@link #session(Kind)}, for one of the {@link #gradientGraphs}. */
  public synchronized OrtSession session(Graph graph) {
    if (closed) {
      throw new FlowClosedException("The model " + checkpoint.path() + " is closed.");
    }
    return gradientSessions.computeIfAbsent(
        graph, key -> createSession(settings.packing() == WeightPacking.ALL, key));
  }

  /** Returns the data of a weight that is an input of a graph; it stays this object's. */
  public synchronized OnnxTensor weight(FrozenData data, long... shape) {
    try {
      return weights.tensor(data, shape);
    } catch (OrtException e) {
      throw new FlowException(
          "ONNX Runtime refused the weight " + data.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the inputs of one run, in memory that is used again after the run is closed; until then
   * the model stays open.
   *
   * @throws FlowClosedException if the model is closed
   */
  public TensorFeed feed() {
    return feeds.feed();
  }

  /**
   * Has the memory in which a run computes given back after it, if that is main memory and much.
   *
   * @param bytes about how much it is
   */
  void giveBackAfter(TensorFeed feed, long bytes) {
    if (settings.cuda().isEmpty() && bytes >= RunLimits.KEPT_BYTES) {
      feed.shrink();
    }
  }

  /**
   * Returns the inputs of an adapter, made at the first call; the feed that gets them closes them.
   */
  AdapterTensors.Factors adapter(AdapterSnapshot adapter) {
    return adapters.use(adapter);
  }

  /**
   * Returns the rank of an adapter that changes nothing: none on a processor. On a graphics card a
   * product over no elements is not known to work.
   */
  public int emptyRank() {
    return settings.cuda().isPresent() ? 1 : 0;
  }

  private Graph graph(Kind kind) {
    return switch (kind) {
      case PREFILL -> PrefillGraph.build(config(), maxTokens, plan);
      case CHUNK -> ChunkGraph.build(config(), maxTokens, plan);
      case SCORE -> TrainingGraph.score(config(), maxTokens, plan, 1).graph();
      case SCORE_LONG ->
          TrainingGraph.score(config(), maxTokens, plan, TrainingGraph.blocks(maxTokens)).graph();
    };
  }

  private OrtSession createSession(boolean packs, Graph graph) {
    byte[] model = OnnxModel.bytes(graph);
    try (OrtSession.SessionOptions options = settings.create()) {
      if (!packs) {
        options.addConfigEntry("session.disable_prepacking", "1");
      }
      weights.handTo(options, graph);
      return environment.createSession(model, options);
    } catch (OrtException e) {
      throw new FlowException(
          "ONNX Runtime could not load the graph of " + checkpoint.path() + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Decides whether a session holds the matrices a second time, in the order in which it reads
   * them. Products of integers always take that order: without it they are twenty times slower, and
   * the copy is small.
   */
  private boolean packs(Kind kind) {
    boolean integers = plan.formats().quantize() && (kind == Kind.CHUNK || kind == Kind.PREFILL);
    return switch (settings.packing()) {
      case ALL -> true;
      case DECODING -> integers || kind == Kind.CHUNK;
      case NONE -> integers;
    };
  }

  /**
   * Ends the runs under way, waits for them, and frees the sessions, the weights and the scratch
   * memory, and closes the checkpoint.
   */
  @Override
  public void close() {
    feeds.close();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open.closed();
      sessions.values().forEach(FrozenBase::closeSession);
      sessions.clear();
      gradientSessions.values().forEach(FrozenBase::closeSession);
      gradientSessions.clear();
      adapters.close();
      keysAndValues.close();
      weights.close();
      checkpoint.close();
      LOG.info("Model {}: closed", checkpoint.path());
    }
  }

  private static void closeSession(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new FlowException("ONNX Runtime could not close a session: " + e.getMessage(), e);
    }
  }
}
