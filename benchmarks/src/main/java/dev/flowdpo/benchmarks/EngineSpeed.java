package dev.flowdpo.benchmarks;

import dev.flowdpo.model.Quantization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times decoding, prefill and DPO steps of one model, for the comparison with other engines ({@code
 * benchmarks/peers/speed.py}):
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.EngineSpeed \
 *     MODEL NONE|AS_STORED|INT8|INT4 RANK REPEATS FIGURE…
 * }</pre>
 *
 * <p>RANK is that of an adapter at every linear layer, 0 for none; figures are written as {@link
 * SpeedFigures} says. Prints a line of JSON a figure with the values of all repeats after a first
 * that does not count, and at last the largest resident memory.
 */
public final class EngineSpeed {
  private EngineSpeed() {}

  /** Measures; see the class comment. */
  public static void main(String[] arguments) {
    int rank = Integer.parseInt(arguments[2]);
    int repeats = Integer.parseInt(arguments[3]);
    try (SpeedFigures figures =
        new SpeedFigures(Path.of(arguments[0]), Quantization.valueOf(arguments[1]), rank)) {
      for (String figure : Arrays.asList(arguments).subList(4, arguments.length)) {
        figures.measure(figure);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < repeats; i++) {
          values.add(String.format(Locale.ROOT, "%.5g", figures.measure(figure)));
        }
        print(figure, String.join(",", values));
      }
      double peak = ResidentMemory.megabytes(ResidentMemory.Kind.PEAK);
      print("peak-mb", String.format(Locale.ROOT, "%.0f", peak));
    }
  }

  private static void print(String figure, String values) {
    System.out.println("{\"figure\":\"" + figure + "\",\"values\":[" + values + "]}");
  }
}
