package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a model with an adapter worked into its weights: {@code W + alpha / rank · B A}
 * where the adapter has matrices, else the base's own. Read some rows at a time, so that little is
 * in memory. Thread-safe while the checkpoint is open.
 */
public final class MergedTensors {
  private static final int PIECE = 1 << 20;

  private final Checkpoint base;
  private final Map<String, LoraMatrices> adapted;
  private final double scaling;

  /**
   * Checks that the adapter fits.
   *
   * @param base the model, which must stay open
   * @param adapter the adapter
   * @throws InvalidInputException if the adapter has matrices for a weight that the model lacks, or
   *     of another shape
   */
  public MergedTensors(Checkpoint base, AdapterWeights adapter) {
    this.base = base;
    this.scaling = adapter.scaling();
    ImmutableMap.Builder<String, LoraMatrices> matrices = ImmutableMap.builder();
    adapter.modules().forEach((module, lora) -> matrices.put(TensorNames.weight(module), lora));
    this.adapted = matrices.buildOrThrow();
    adapted.forEach(this::check);
  }

  private void check(String weight, LoraMatrices lora) {
    long[] expected = {lora.outputSize(), lora.inputSize()};
    long @Nullable [] found = Checkpoint.expectedTensors(base.config()).get(weight);
    if (!Arrays.equals(expected, found)) {
      throw new InvalidInputException(
          "%s: expected a weight \"%s\" of shape %s for the adapter, found %s; the adapter is for another model"
              .formatted(
                  base.path(),
                  weight,
                  Arrays.toString(expected),
                  found == null ? "none" : Arrays.toString(found)));
    }
  }

  /** {@return the model without the adapter} */
  public Checkpoint base() {
    return base;
  }

  /**
   * {@return the values of some of a tensor's rows, from position 0 on}
   *
   * @param name a name out of {@link Checkpoint#expectedTensors}
   */
  public FloatBuffer rows(String name, long firstRow, long rows) {
    FloatBuffer weight = base.weight(name, firstRow, rows);
    @Nullable LoraMatrices lora = adapted.get(name);
    if (lora == null) {
      return weight;
    }
    float[] values = new float[weight.remaining()];
    weight.get(values);
    add(lora, scaling, firstRow, values);
    return FloatBuffer.wrap(values);
  }

  /** {@return all values of a tensor, one after the other} */
  public SafetensorsWriter.Values values(String name) {
    long[] shape = Lookup.required(Checkpoint.expectedTensors(base.config()), name);
    long pieceRows = Math.max(1, PIECE / Math.max(1, FloatTensor.elements(shape) / shape[0]));
    return new SafetensorsWriter.Values() {
      private FloatBuffer piece = FloatBuffer.allocate(0);
      private long row;

      @Override
      public float next() {
        if (!piece.hasRemaining()) {
          long count = Math.min(pieceRows, shape[0] - row);
          piece = rows(name, row, count);
          row += count;
        }
        return piece.get();
      }
    };
  }

  /**
   * Adds scaling · B A to rows of a weight.
   *
   * @param firstRow the row that the values begin with
   * @param values whole rows
   */
  static void add(LoraMatrices lora, double scaling, long firstRow, float[] values) {
    int inputs = lora.inputSize();
    int rank = lora.rank();
    float[] a = lora.copyOfA();
    float[] b = lora.copyOfB();
    IntStream.range(0, values.length / inputs)
        .parallel()
        .forEach(
            output -> {
              double[] row = new double[inputs];
              for (int inner = 0; inner < rank; inner++) {
                double factor = scaling * b[((int) firstRow + output) * rank + inner];
                for (int input = 0; input < inputs; input++) {
                  row[input] += factor * a[inner * inputs + input];
                }
              }
              for (int input = 0; input < inputs; input++) {
                int at = output * inputs + input;
                values[at] = (float) (values[at] + row[input]);
              }
            });
  }
}
