/**
 * What an experiment shows of itself: tables, curves with bands over seeds, bars with confidence
 * intervals and rollout trees, put together as one self-contained HTML page that needs no network,
 * and as CSV, Markdown, PNG and JSON for other tools. {@link dev.flowdpo.cli.report.Report} is
 * where to begin. The same input gives the same bytes.
 */
@NullMarked
package dev.flowdpo.cli.report;

import org.jspecify.annotations.NullMarked;
