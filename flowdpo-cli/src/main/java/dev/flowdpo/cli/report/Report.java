package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A page about an experiment: headline figures, then sections of text, tables, charts and rollout
 * trees. One file without outside parts, for light and dark screens, narrow and wide, and for
 * paper. The same report gives the same bytes. Immutable and thread-safe.
 *
 * @param title the page's title; never blank
 * @param subtitle one sentence on what was done; {@code ""} for none
 * @param tiles headline figures; copied
 * @param sections the sections; copied
 */
public record Report(String title, String subtitle, List<Tile> tiles, List<Section> sections) {

  /** The name of the page in its folder. */
  public static final String FILE = "report.html";

  /**
   * Checks the title and copies.
   *
   * @throws InvalidInputException if the title is blank
   */
  public Report {
    Objects.requireNonNull(subtitle, "subtitle");
    tiles = List.copyOf(tiles);
    sections = List.copyOf(sections);
    if (title.isBlank()) {
      throw new InvalidInputException("report title: expected a title, found a blank one.");
    }
  }

  /**
   * Begins a report.
   *
   * @param title the page's title
   * @return a builder without sections
   */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /**
   * Returns the whole page.
   *
   * @return HTML that is well-formed XML too
   */
  public String html() {
    return ReportPage.of(this);
  }

  /**
   * Writes the page as {@code report.html} in one step, so that a killed process leaves no half of
   * it.
   *
   * @param folder where to; made where it does not exist
   * @return the file
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public Path write(Path folder) {
    return ReportFiles.writePage(this, folder);
  }

  /**
   * Writes what the report shows for other tools: each table as {@code tables/NAME.csv} and {@code
   * .md}, each chart as {@code plots/NAME.png}, and all rollout trees as {@code trees.jsonl}. The
   * names come from the titles.
   *
   * @param folder where to; made where it does not exist
   * @return the files, in the order of the report
   * @throws java.io.UncheckedIOException if one cannot be written
   */
  public List<Path> writeParts(Path folder) {
    return ReportFiles.writeParts(this, folder);
  }

  /** Collects tiles and sections in their order. Not thread-safe. */
  public static final class Builder {
    private final String title;
    private String subtitle = "";
    private final List<Tile> tiles = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Sets the sentence below the title.
     *
     * @param subtitle what was done
     * @return this builder
     */
    public Builder subtitle(String subtitle) {
      this.subtitle = Objects.requireNonNull(subtitle, "subtitle");
      return this;
    }

    /**
     * Adds a headline figure.
     *
     * @param tile the figure
     * @return this builder
     */
    public Builder tile(Tile tile) {
      tiles.add(Objects.requireNonNull(tile, "tile"));
      return this;
    }

    /**
     * Adds a section.
     *
     * @param title its heading
     * @param content fills it
     * @return this builder
     * @throws InvalidInputException if the title is blank
     */
    public Builder section(String title, Consumer<Section.Builder> content) {
      Section.Builder section = new Section.Builder();
      content.accept(section);
      sections.add(section.build(title));
      return this;
    }

    /**
     * Makes the report.
     *
     * @return the report
     * @throws InvalidInputException if its title is blank
     */
    public Report build() {
      return new Report(title, subtitle, tiles, sections);
    }
  }
}
