package dev.flowdpo.cli.report;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/** The numbers behind curves: for the page's read-out, and as a table. Stateless. */
final class ChartData {
  private static final int TABLE_ROWS = 12;

  private ChartData() {}

  /** Returns what the read-out needs as JSON that no text in it can end early. */
  static String json(LineChart chart, List<Series> series, Scale x) {
    StringBuilder out = new StringBuilder("{\"xLabel\":").append(quoted(chart.x().label()));
    out.append(",\"from\":").append(x.from()).append(",\"to\":").append(x.to());
    out.append(",\"logarithmic\":").append(x.logarithmic());
    out.append(",\"xFormat\":").append(format(chart.x().format()));
    out.append(",\"yFormat\":").append(format(chart.y().format())).append(",\"series\":[");
    for (int i = 0; i < series.size(); i++) {
      Series curve = series.get(i);
      out.append(i == 0 ? "" : ",").append("{\"label\":").append(quoted(curve.label()));
      numbers(out, "x", curve.x());
      numbers(out, "mean", curve.mean());
      numbers(out, "low", curve.low());
      numbers(out, "high", curve.high());
      out.append('}');
    }
    return out.append("]}").toString();
  }

  /** Returns about a dozen places of all curves. */
  static Table table(LineChart chart) {
    Table.Builder table = Table.builder(chart.title() + ": values");
    String place = chart.x().label().isBlank() ? "x" : chart.x().label();
    table.number(place, chart.x().format());
    TreeMap<Double, Estimate[]> rows = new TreeMap<>();
    int count = chart.series().size();
    for (int s = 0; s < count; s++) {
      Series curve = Thinning.of(chart.series().get(s), TABLE_ROWS);
      String label = curve.label().isBlank() ? "curve " + (s + 1) : curve.label();
      table.number(label, chart.y().format());
      for (int i = 0; i < curve.x().length(); i++) {
        double mean = curve.mean().get(i);
        boolean band = curve.hasBand();
        rows.computeIfAbsent(curve.x().get(i), x -> new Estimate[count])[s] =
            new Estimate(mean, band ? curve.low().get(i) : mean, band ? curve.high().get(i) : mean);
      }
    }
    rows.forEach(
        (x, estimates) -> {
          Object[] cells = new Object[count + 1];
          cells[0] = x;
          for (int s = 0; s < count; s++) {
            cells[s + 1] = Objects.requireNonNullElse(estimates[s], new Cell.Missing());
          }
          table.row(cells);
        });
    return table.build();
  }

  private static String format(ValueFormat format) {
    return "{\"kind\":\"%s\",\"decimals\":%d}".formatted(format.kind(), format.decimals());
  }

  private static void numbers(StringBuilder out, String name, ImmutableDoubleArray values) {
    out.append(",\"").append(name).append("\":[");
    for (int i = 0; i < values.length(); i++) {
      out.append(i == 0 ? "" : ",").append(shortest(values.get(i)));
    }
    out.append(']');
  }

  /** Returns a number with five decimals at most, which is finer than a screen. */
  private static String shortest(double value) {
    double rounded = Math.abs(value) < 1e9 ? Math.round(value * 1e5) / 1e5 : value;
    boolean whole = rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15;
    return whole ? Long.toString((long) rounded) : Double.toString(rounded);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      boolean plain = c >= ' ' && c < 0x7F && "\"\\<>&".indexOf(c) < 0;
      out.append(plain ? Character.toString(c) : "\\u%04x".formatted((int) c));
    }
    return out.append('"').toString();
  }
}
