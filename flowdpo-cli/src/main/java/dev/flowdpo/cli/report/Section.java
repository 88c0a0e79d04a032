package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A part of a report with a heading. Immutable and thread-safe.
 *
 * @param title the heading, which the table of contents shows; never blank
 * @param blocks what stands in it; copied
 */
public record Section(String title, List<Block> blocks) {

  /**
   * Checks the title and copies.
   *
   * @throws InvalidInputException if the title is blank
   */
  public Section {
    blocks = List.copyOf(blocks);
    if (title.isBlank()) {
      throw new InvalidInputException("section title: expected a heading, found a blank one.");
    }
  }

  /** Collects the blocks of a section in their order. Not thread-safe. */
  public static final class Builder {
    private final List<Block> blocks = new ArrayList<>();

    Builder() {}

    /**
     * Adds a paragraph; text between backticks is set as code, between double asterisks in bold.
     *
     * @param text the text
     * @return this builder
     */
    public Builder paragraph(String text) {
      return block(new Paragraph(text, false));
    }

    /**
     * Adds a heading within the section.
     *
     * @param text the heading
     * @return this builder
     */
    public Builder heading(String text) {
      return block(new Paragraph(text, true));
    }

    /**
     * Adds a remark that stands out.
     *
     * @param tone how it is meant
     * @param title a few words
     * @param text what is to be said
     * @return this builder
     */
    public Builder callout(Tone tone, String title, String text) {
      return block(new Callout(tone, title, text));
    }

    /**
     * Adds a warning.
     *
     * @param text what to be careful about
     * @return this builder
     */
    public Builder warning(String text) {
      return callout(Tone.WARNING, "", text);
    }

    /**
     * Adds a table.
     *
     * @param table the table
     * @return this builder
     */
    public Builder table(Table table) {
      return block(table);
    }

    /**
     * Adds curves.
     *
     * @param chart the chart
     * @return this builder
     */
    public Builder chart(LineChart chart) {
      return block(chart);
    }

    /**
     * Adds bars.
     *
     * @param chart the chart
     * @return this builder
     */
    public Builder chart(BarChart chart) {
      return block(chart);
    }

    /**
     * Adds names with their values.
     *
     * @param title what they are
     * @param entries value by name, shown in their order
     * @return this builder
     */
    public Builder definitions(String title, Map<String, String> entries) {
      return block(new Definitions(title, entries));
    }

    /**
     * Adds text whose lines are kept, such as a command line.
     *
     * @param caption what it is
     * @param text the text
     * @return this builder
     */
    public Builder preformatted(String caption, String text) {
      return block(new Preformatted(caption, text));
    }

    /**
     * Adds a comparer's comparisons.
     *
     * @param rates the counts
     * @return this builder
     */
    public Builder winRates(WinRates rates) {
      return block(rates);
    }

    /**
     * Adds rollout trees.
     *
     * @param trees the trees, each foldable; the first one is open
     * @return this builder
     */
    public Builder trees(List<ReportTree> trees) {
      return block(new Trees(trees));
    }

    /**
     * Adds any block.
     *
     * @param block the block
     * @return this builder
     */
    public Builder block(Block block) {
      blocks.add(Objects.requireNonNull(block, "block"));
      return this;
    }

    Section build(String title) {
      return new Section(title, blocks);
    }
  }
}
