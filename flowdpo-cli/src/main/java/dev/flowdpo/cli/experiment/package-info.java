/**
 * The paper's experiments as commands: what online learning brings against its controls, what the
 * compile stage brings, and what the chunk size does. Each writes a folder with its configuration,
 * metrics, tables, plots and a report, repeats exactly with the same seed, and goes on where it was
 * killed.
 */
@NullMarked
package dev.flowdpo.cli.experiment;

import org.jspecify.annotations.NullMarked;
