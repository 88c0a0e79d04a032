/**
 * The folder that a long run fills, and the metrics in it, so that a run that was killed goes on
 * and ends the same.
 */
@NullMarked
package dev.flowdpo.cli.run;

import org.jspecify.annotations.NullMarked;
