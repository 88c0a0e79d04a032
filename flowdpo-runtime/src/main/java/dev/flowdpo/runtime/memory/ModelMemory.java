package dev.flowdpo.runtime.memory;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.Precision;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.ChunkGraph;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.GradientGraphs.Segment;
import dev.flowdpo.runtime.graph.Graph;
import dev.flowdpo.runtime.graph.GraphMemory;
import dev.flowdpo.runtime.graph.GraphMemory.Outputs;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.graph.PrefillGraph;
import dev.flowdpo.runtime.graph.RotaryTables;
import dev.flowdpo.runtime.graph.RunSizes;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.RunLimits;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.training.CompletionBatch;
import java.util.List;
import java.util.Set;

/**
 * The memory that a process needs with a model in it: weights, keys and values, and what the graphs
 * compute, from the graphs that the model would run ({@link GraphMemory}). Nothing is loaded.
 *
 * <p>Each graph has a session, and each session keeps the memory of its largest run, so what graphs
 * compute adds up; they run one after the other and share the memory of their inputs. An estimate:
 * what allocators lose to gaps and what the collector has not yet freed is not known beforehand.
 * Immutable and thread-safe.
 */
public final class ModelMemory {
  /** Room for the question of the Stop judge, which follows every partial answer. */
  private static final int STOP_QUESTION = 32;

  /**
   * The process itself: a little more than it was measured to take with a small model, for what
   * allocators lose to gaps.
   */
  private static final long PROCESS = 250_000_000;

  private final ModelConfig config;
  private final WeightMemory weights;
  private final MatrixPlan plan;
  private final int maxTokens;
  private final int rank;
  private final GradientPath gradients;
  private final RunSizes sizes;

  private ModelMemory(CheckpointContents contents, SessionSettings settings, int rank) {
    this.config = contents.config();
    Precision precision = settings.precision().orElse(Precision.F32);
    this.weights =
        new WeightMemory(
            contents,
            settings.quantization(),
            settings.packing(),
            DataType.valueOf(precision.name()));
    this.plan =
        MatrixPlan.of(MatrixFormats.of(settings.quantization(), contents.stored()))
            .in(ElementType.of(precision));
    this.maxTokens = Math.min(config.longestSequence(), settings.maxTokens());
    this.rank = rank;
    this.gradients = settings.gradients();
    this.sizes = new RunSizes(config, rank);
  }

  /**
   * {@return the memory of a model}
   *
   * @param contents the model
   * @param settings how it would be loaded
   * @param rank the rank of its adapters, at least 1
   */
  public static ModelMemory of(CheckpointContents contents, SessionSettings settings, int rank) {
    return new ModelMemory(contents, settings, rank);
  }

  /** {@return the largest number of tokens of a sequence, prompt and answer together} */
  public int maxTokens() {
    return maxTokens;
  }

  /** {@return what the weights take that all graphs share} */
  public MemoryEstimate sharedWeights() {
    return new MemoryEstimate(weights.shared());
  }

  /**
   * {@return what a process needs that solves problems}
   *
   * @param load how much it decodes at once
   */
  public MemoryEstimate decoding(DecodingLoad load) {
    return new MemoryEstimate(
        ImmutableList.<MemoryPart>builder()
            .addAll(base())
            .add(weights.packedForDecoding())
            .addAll(decodingRuns(load))
            .build());
  }

  /**
   * {@return what a process needs that takes an optimizer step}
   *
   * @param load how much the step learns from
   */
  public MemoryEstimate training(TrainingLoad load) {
    return new MemoryEstimate(
        ImmutableList.<MemoryPart>builder()
            .addAll(base())
            .add(weights.packedForTraining())
            .addAll(trainingRuns(load))
            .build());
  }

  /**
   * {@return what a process needs that does both in turn, as online learning does}
   *
   * @param decoding how much it decodes at once
   * @param training how much an optimizer step learns from
   */
  public MemoryEstimate learning(DecodingLoad decoding, TrainingLoad training) {
    return new MemoryEstimate(
        ImmutableList.<MemoryPart>builder()
            .addAll(base())
            .add(weights.packedForDecoding(), weights.packedForTraining())
            .addAll(decodingRuns(decoding))
            .addAll(trainingRuns(training))
            .build());
  }

  private List<MemoryPart> base() {
    long tables =
        RotaryTables.all(config, 1).stream()
            .mapToLong(table -> (long) Float.BYTES * table.columns() * maxTokens)
            .sum();
    return ImmutableList.<MemoryPart>builder()
        .add(new MemoryPart("Java, ONNX Runtime and ND4J", MemoryPlace.NATIVE, PROCESS))
        .addAll(weights.shared())
        .add(new MemoryPart("rotary tables", MemoryPlace.DIRECT, tables))
        .build();
  }

  private List<MemoryPart> decodingRuns(DecodingLoad load) {
    int prompt = load.promptTokens();
    int chunk = load.chunkTokens();
    GraphMemory decoded =
        GraphMemory.of(
            ChunkGraph.build(config, maxTokens, plan),
            sizes.chunk(Math.min(load.batch(), RunLimits.ROWS), 1, prompt, chunk),
            Outputs.OF_THE_SESSION);
    GraphMemory question = read(load.batch(), prompt + STOP_QUESTION, 0);
    GraphMemory extension = read(load.batch(), chunk + STOP_QUESTION, prompt);
    long read = Math.max(question.results(), extension.results());
    // Answers with prefixes of their own have them read where they are kept.
    long prefixes = keysAndValues() * load.batch() * prompt;
    long inputs =
        Math.max(
            decoded.inputs() - prefixes,
            Math.max(question.inputs(), extension.inputs() - prefixes));
    // The Answer model's and the Stop judge's, who reads its question after them.
    long keysAndValues = keysAndValues() * load.batch() * (2L * (prompt + chunk) + STOP_QUESTION);
    return List.of(
        new MemoryPart("keys and values", MemoryPlace.HEAP, keysAndValues),
        new MemoryPart("results while decoding", MemoryPlace.NATIVE, decoded.results()),
        new MemoryPart("results while reading", MemoryPlace.NATIVE, read),
        new MemoryPart("inputs while decoding", MemoryPlace.DIRECT, inputs));
  }

  /** Returns the memory of the run that reads the last piece. */
  private GraphMemory read(int batch, int tokens, int past) {
    int piece = Math.min(tokens, RunLimits.READ_TOKENS);
    long keys = (long) tokens + past;
    int rows = Math.min(batch, RunLimits.prefillRows(piece, keys));
    return GraphMemory.of(
        PrefillGraph.build(config, maxTokens, plan),
        sizes.prefill(rows, piece, keys - piece),
        Outputs.OF_THE_SESSION);
  }

  /** Returns the bytes of the keys and values of a token in all layers. */
  private long keysAndValues() {
    return 2L * Float.BYTES * config.layers() * config.keyValueWidth();
  }

  private List<MemoryPart> trainingRuns(TrainingLoad load) {
    // A pair is one row: the prompt once, and both completions without their last tokens.
    int row = load.tokens() + load.completionTokens() - 2;
    long rows = Math.max(1, Math.min(load.pairs(), CompletionBatch.maxTokens(config) / row));
    var run = sizes.training(rows, row, rows * 2 * load.completionTokens());
    GraphMemory score =
        GraphMemory.of(
            TrainingGraph.score(config, maxTokens, plan, TrainingGraph.blocks(row)).graph(),
            run,
            Outputs.OF_THE_SESSION);
    GradientGraphs graphs =
        GradientGraphs.of(
            config, maxTokens, plan, gradients, load.dropout(), TrainingGraph.blocks(row));
    GraphMemory forward = GraphMemory.of(graphs.forward(), run, Outputs.OF_THE_CALLER);
    long back = 0;
    long given = 0;
    for (Graph graph : Set.copyOf(graphs.segments().stream().map(Segment::graph).toList())) {
      GraphMemory found = GraphMemory.of(graph, run, Outputs.OF_THE_CALLER);
      back += found.results();
      given = Math.max(given, found.outputs());
    }
    long adapter = Float.BYTES * rank * adapterWidth();
    return List.of(
        new MemoryPart("results while scoring", MemoryPlace.NATIVE, score.results()),
        new MemoryPart(
            "results while differentiating", MemoryPlace.NATIVE, forward.results() + back),
        new MemoryPart("inputs while training", MemoryPlace.DIRECT, forward.inputs()),
        new MemoryPart(
            "kept for the way back, a layer's outputs",
            MemoryPlace.DIRECT,
            forward.outputs() + given),
        // Both roles' parameters, two moments, two vectors to compute with; a gradient.
        new MemoryPart("adapters and optimizers", MemoryPlace.NATIVE, 11 * adapter),
        // Both roles' current and reference.
        new MemoryPart("adapter snapshots", MemoryPlace.HEAP, 4 * adapter));
  }

  /** Returns the number of parameters of an adapter of rank 1. */
  private long adapterWidth() {
    return LinearSite.of(config).stream()
        .mapToLong(site -> (long) site.inputs() + site.outputs())
        .sum();
  }
}
