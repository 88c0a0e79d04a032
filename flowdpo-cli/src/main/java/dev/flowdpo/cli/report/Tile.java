package dev.flowdpo.cli.report;

import java.util.Objects;

/**
 * A headline figure at the top of a report. Immutable and thread-safe.
 *
 * @param label what was measured
 * @param value the figure, as it is to be read
 * @param delta what it is compared with and by how much it differs; {@code ""} for none
 * @param interval its confidence interval, or another remark in small print; {@code ""} for none
 * @param tone how the comparison is meant
 */
public record Tile(String label, String value, String delta, String interval, Tone tone) {

  /** Checks that all are there. */
  public Tile {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(delta, "delta");
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(tone, "tone");
  }

  /**
   * Returns a figure on its own.
   *
   * @param label what was measured
   * @param value the figure
   * @return a neutral tile
   */
  public static Tile of(String label, String value) {
    return new Tile(label, value, "", "", Tone.NEUTRAL);
  }

  /**
   * Returns a share with its interval, compared with a control.
   *
   * @param label what was measured
   * @param share the share, with its interval over seeds
   * @param control the control's share
   * @param controlName what the control is, for example {@code no updates}
   * @return a tile that is good where the share is above the control's, and bad where it is below
   */
  public static Tile share(String label, Estimate share, double control, String controlName) {
    double difference = share.value() - control;
    ValueFormat percent = ValueFormat.percent();
    return new Tile(
        label,
        percent.text(share.value()),
        ValueFormat.points().text(difference) + " against " + controlName,
        share.hasInterval()
            ? "95 % interval " + share.interval(percent).replace(' ', '\u00A0')
            : "",
        difference > 0 ? Tone.GOOD : difference < 0 ? Tone.BAD : Tone.NEUTRAL);
  }
}
