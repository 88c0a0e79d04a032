package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RopeScaling;
import java.util.List;
import java.util.Optional;

/**
 * The angles of the rotary position embedding (Su et al., arXiv 2104.09864): position p and pair i
 * of a head turn by {@code p · frequency i}. The tables are weights of a session, {@code
 * [positions, rotarySize / 2]}; layers with a rotation of their own have tables of their own, and
 * some layers none. Cosines and sines hold the attention factor of the model's {@link RopeScaling}.
 */
public final class RotaryTables {
  private static final String GLOBAL = "rotary.";
  private static final String LOCAL = "rotary.local_";

  private RotaryTables() {}

  /**
   * One table.
   *
   * @param name the weight that holds it
   * @param values {@code [positions, columns]}, row by row
   */
  public record Table(String name, float[] values, int positions, int columns) {
    /** Returns what a graph calls the data of the table. */
    public FrozenData data() {
      return new FrozenData.Whole(name);
    }

    /** Returns the sizes of the table. */
    public long[] shape() {
      return new long[] {positions, columns};
    }
  }

  /** Returns whether data is a table, and not a tensor of the checkpoint. */
  static boolean isTable(FrozenData data) {
    return data.tensor().startsWith(GLOBAL);
  }

  /** The cosines and sines of one layer. */
  record Angles(Value cosine, Value sine) {}

  /** Returns the tables of a layer, or nothing if the layer rotates nothing. */
  static Optional<Angles> of(Graph graph, ModelConfig config, int positions, int layer) {
    DecoderVariant.Rotary rotary = config.variant().rotary();
    if (rotary.layersWithout().contains(layer)) {
      return Optional.empty();
    }
    boolean local = rotary.local().filter(own -> own.layers().contains(layer)).isPresent();
    String prefix = local ? LOCAL : GLOBAL;
    Shape shape = Shape.of(positions, config.rotarySize() / 2);
    return Optional.of(
        new Angles(graph.weight(prefix + "cosine", shape), graph.weight(prefix + "sine", shape)));
  }

  /**
   * Returns every table that a graph of this model may use, for positions 0 (inclusive) to {@code
   * positions} (exclusive).
   */
  public static List<Table> all(ModelConfig config, int positions) {
    DecoderVariant.Rotary rotary = config.variant().rotary();
    ImmutableList.Builder<Table> tables = ImmutableList.builder();
    add(tables, GLOBAL, config, config.ropeTheta(), rotary.scaling(), positions);
    rotary
        .local()
        .ifPresent(
            local -> add(tables, LOCAL, config, local.theta(), RopeScaling.none(), positions));
    return tables.build();
  }

  private static void add(
      ImmutableList.Builder<Table> tables,
      String prefix,
      ModelConfig config,
      double theta,
      RopeScaling scaling,
      int positions) {
    double[] frequencies =
        scaling.frequencies(theta, config.rotarySize(), config.maxPositions(), positions);
    double factor = scaling.attentionFactor(config.maxPositions());
    int columns = frequencies.length;
    float[] cosines = new float[Math.multiplyExact(positions, columns)];
    float[] sines = new float[cosines.length];
    for (int i = 0; i < columns; i++) {
      for (int position = 0; position < positions; position++) {
        double angle = position * frequencies[i];
        cosines[position * columns + i] = (float) (factor * Math.cos(angle));
        sines[position * columns + i] = (float) (factor * Math.sin(angle));
      }
    }
    tables.add(new Table(prefix + "cosine", cosines, positions, columns));
    tables.add(new Table(prefix + "sine", sines, positions, columns));
  }
}
