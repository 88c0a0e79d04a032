package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The forward pass of all training graphs: the decoder over rows of tokens, and the
 * log-probabilities of given next tokens at given places.
 */
final class ForwardPass {
  final Decoder decoder;
  final TreeAttention attention;

  /** What each layer reads, and then what the last one gives, {@code [rows, hidden]}. */
  final List<Value> layerInputs = new ArrayList<>();

  final Scores scores;

  /**
   * The log-probabilities of given next tokens.
   *
   * @param distribution those of the whole vocabulary {@code [scored, vocabulary]}
   * @param chosen those of the given tokens {@code [scored, 1]}
   */
  record Scores(Value distribution, Value chosen) {

    /** Computes them from what the last layer gives, at the scored places only. */
    static Scores of(Operations o, Decoder decoder, Value hidden, Value rows, Value targets) {
      Value distribution = o.logSoftmax(decoder.logits(decoder.normalised(o.rows(hidden, rows))));
      return new Scores(distribution, o.elements(distribution, targets));
    }
  }

  /**
   * @param blocks those of {@link TreeAttention}
   */
  ForwardPass(ModelConfig config, Operations o, int blocks, Decoder decoder, int tablePositions) {
    Graph graph = o.graph();
    Shape perToken = Shape.of("batch", "tokens");
    Value tokens = graph.input(TrainingGraph.TOKENS, ElementType.INT64, perToken);
    Value positions = graph.input(TrainingGraph.POSITIONS, ElementType.INT64, perToken);
    Value lasts = graph.input(TrainingGraph.LASTS, ElementType.INT64, perToken);
    this.decoder = decoder;
    attention = new TreeAttention(config, o, blocks, positions, lasts, tablePositions);
    Value x = decoder.embedded(o.reshape(tokens, Shape.of("rows"), -1));
    layerInputs.add(x);
    for (int layer = 0; layer < config.layers(); layer++) {
      x = decoder.layer(layer, x, attention);
      layerInputs.add(x);
    }
    scores = Scores.of(o, decoder, x, rows(graph), targets(graph));
  }

  static Value rows(Graph graph) {
    return graph.input(TrainingGraph.ROWS, ElementType.INT64, Shape.of("scored"));
  }

  static Value targets(Graph graph) {
    return graph.input(TrainingGraph.TARGETS, ElementType.INT64, Shape.of("scored", 1));
  }
}
