package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Bars with confidence intervals: a bar of each group for each category. Immutable and thread-safe.
 *
 * @param title what is shown
 * @param note what the intervals are and anything else worth knowing; {@code ""} for nothing
 * @param values the axis of the values
 * @param categories what is compared, at least one; copied
 * @param groups what each is measured on, at least one; copied
 */
public record BarChart(
    String title, String note, Axis values, List<String> categories, List<Group> groups)
    implements Block {

  /**
   * Checks the shape and copies.
   *
   * @throws InvalidInputException if there is nothing to draw or a group has another number of bars
   *     than there are categories
   */
  public BarChart {
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(note, "note");
    Objects.requireNonNull(values, "values");
    categories = List.copyOf(categories);
    groups = List.copyOf(groups);
    if (categories.isEmpty() || groups.isEmpty()) {
      throw new InvalidInputException(
          "Chart \"%s\": expected at least one category and one group, found %d and %d."
              .formatted(title, categories.size(), groups.size()));
    }
    for (Group group : groups) {
      if (group.bars().size() != categories.size()) {
        throw new InvalidInputException(
            "Chart \"%s\": expected %d bars in group \"%s\", one a category, found %d."
                .formatted(title, categories.size(), group.label(), group.bars().size()));
      }
    }
  }

  /**
   * The bars of one colour.
   *
   * @param label its name in the legend
   * @param bars the values, one for each category; copied
   */
  public record Group(String label, List<Estimate> bars) {

    /** Copies the bars. */
    public Group {
      Objects.requireNonNull(label, "label");
      bars = List.copyOf(bars);
    }
  }

  /**
   * Begins a chart.
   *
   * @param title what is shown
   * @return a builder without bars
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

  /** Collects categories and groups. Not thread-safe. */
  public static final class Builder {
    private final String title;
    private String note = "";
    private Axis values = Axis.of("", ValueFormat.decimal(2));
    private final List<String> categories = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Sets what stands below the title; by default nothing.
     *
     * @param note what the intervals are, and anything else worth knowing
     * @return this builder
     */
    public Builder note(String note) {
      this.note = Objects.requireNonNull(note, "note");
      return this;
    }

    /**
     * Sets the axis of the values; by default one with two decimals that fits the data and 0.
     *
     * @param axis the axis
     * @return this builder
     */
    public Builder values(Axis axis) {
      this.values = Objects.requireNonNull(axis, "axis");
      return this;
    }

    /**
     * Adds categories.
     *
     * @param names what is compared
     * @return this builder
     */
    public Builder categories(String... names) {
      categories.addAll(List.of(names));
      return this;
    }

    /**
     * Adds a group of bars.
     *
     * @param label its name in the legend
     * @param bars the values, one for each category
     * @return this builder
     */
    public Builder group(String label, List<Estimate> bars) {
      groups.add(new Group(label, bars));
      return this;
    }

    /**
     * Makes the chart.
     *
     * @return the chart
     * @throws InvalidInputException if the groups do not fit the categories
     */
    public BarChart build() {
      return new BarChart(title, note, values, categories, groups);
    }
  }
}
