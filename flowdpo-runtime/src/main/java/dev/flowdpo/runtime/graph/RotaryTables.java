package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;

/**
 * The angles of the rotary position embedding (Su et al., arXiv 2104.09864): position p and pair i
 * of a head turn by {@code p · theta^(−2i / headSize)}. The tables are weights of a session, {@code
 * [positions, headSize / 2]}.
 */
public final class RotaryTables {
  /** The weight that holds the cosines. */
  public static final String COSINE = "rotary.cosine";

  /** The weight that holds the sines. */
  public static final String SINE = "rotary.sine";

  private RotaryTables() {}

  static Value cosine(Graph graph, ModelConfig config, int positions) {
    return graph.weight(COSINE, Shape.of(positions, config.headSize() / 2));
  }

  static Value sine(Graph graph, ModelConfig config, int positions) {
    return graph.weight(SINE, Shape.of(positions, config.headSize() / 2));
  }

  /** Returns the cosines for positions 0 (inclusive) to {@code positions} (exclusive). */
  public static float[] cosines(ModelConfig config, int positions) {
    return table(config, positions, true);
  }

  /** Returns the sines for positions 0 (inclusive) to {@code positions} (exclusive). */
  public static float[] sines(ModelConfig config, int positions) {
    return table(config, positions, false);
  }

  private static float[] table(ModelConfig config, int positions, boolean cosine) {
    int half = config.headSize() / 2;
    float[] table = new float[Math.multiplyExact(positions, half)];
    for (int i = 0; i < half; i++) {
      double frequency = Math.pow(config.ropeTheta(), -2.0 * i / config.headSize());
      for (int position = 0; position < positions; position++) {
        double angle = position * frequency;
        table[position * half + i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return table;
  }
}
