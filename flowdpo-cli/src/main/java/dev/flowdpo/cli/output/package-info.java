/** What commands print and write: results as JSON, and progress on standard error. */
@NullMarked
package dev.flowdpo.cli.output;

import org.jspecify.annotations.NullMarked;
