package dev.flowdpo.cli.report;

import com.google.common.primitives.ImmutableDoubleArray;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Curves over one axis, with bands over seeds and horizontal levels to compare with. In the report
 * it is an inline drawing with a read-out under the pointer and a legend that shows and hides
 * curves. Immutable and thread-safe.
 *
 * @param title what is shown
 * @param note what the band is and anything else worth knowing; {@code ""} for nothing
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series the curves, at least one; copied
 * @param levels heights of horizontal dashed lines by name; copied
 */
public record LineChart(
    String title, String note, Axis x, Axis y, List<Series> series, Map<String, Double> levels)
    implements Block {

  /**
   * Checks that there is something to draw and copies.
   *
   * @throws InvalidInputException if there are no curves, or a number that is not above 0 on a
   *     logarithmic axis
   */
  public LineChart {
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(note, "note");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
    series = List.copyOf(series);
    levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
    if (series.isEmpty()) {
      throw new InvalidInputException(
          "Chart \"" + title + "\": expected at least one curve, found none.");
    }
    for (Series curve : series) {
      requireOn(x, title, curve.x());
      requireOn(y, title, curve.mean());
      requireOn(y, title, curve.low());
    }
  }

  /**
   * Begins a chart.
   *
   * @param title what is shown
   * @return a builder without curves
   */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /**
   * Draws the chart as a picture of 1200 × 680 pixels, without a display.
   *
   * @param file the PNG file; its folder must exist
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void writePng(Path file) {
    ChartPicture.write(this, file);
  }

  private static void requireOn(Axis axis, String title, ImmutableDoubleArray values) {
    if (axis.logarithmic() && values.stream().anyMatch(value -> value <= 0)) {
      throw new InvalidInputException(
          "Chart \"%s\": expected numbers above 0 on the logarithmic axis \"%s\", found %s."
              .formatted(title, axis.label(), values.stream().min().orElse(0)));
    }
  }

  /** Collects curves and axes. Not thread-safe. */
  public static final class Builder {
    private final String title;
    private String note = "";
    private Axis x = Axis.of("", ValueFormat.integer());
    private Axis y = Axis.of("", ValueFormat.decimal(2));
    private final List<Series> series = new ArrayList<>();
    private final Map<String, Double> levels = new LinkedHashMap<>();

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Sets what stands below the title; by default nothing.
     *
     * @param note what the band is, and anything else worth knowing
     * @return this builder
     */
    public Builder note(String note) {
      this.note = Objects.requireNonNull(note, "note");
      return this;
    }

    /**
     * Sets the horizontal axis; by default one of whole numbers that fits the data.
     *
     * @param axis the axis
     * @return this builder
     */
    public Builder x(Axis axis) {
      this.x = Objects.requireNonNull(axis, "axis");
      return this;
    }

    /**
     * Sets the vertical axis; by default one with two decimals that fits the data.
     *
     * @param axis the axis
     * @return this builder
     */
    public Builder y(Axis axis) {
      this.y = Objects.requireNonNull(axis, "axis");
      return this;
    }

    /**
     * Adds a curve.
     *
     * @param curve the curve
     * @return this builder
     */
    public Builder series(Series curve) {
      series.add(Objects.requireNonNull(curve, "curve"));
      return this;
    }

    /**
     * Adds a horizontal dashed line to compare with.
     *
     * @param label its name
     * @param value its height
     * @return this builder
     */
    public Builder level(String label, double value) {
      levels.put(label, Require.finite(label, value));
      return this;
    }

    /**
     * Makes the chart.
     *
     * @return the chart
     * @throws InvalidInputException if it has no curves
     */
    public LineChart build() {
      return new LineChart(title, note, x, y, series, levels);
    }
  }
}
