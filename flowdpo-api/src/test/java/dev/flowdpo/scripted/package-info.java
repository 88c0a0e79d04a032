/**
 * Second implementations of the API's seams, small and deterministic, and a log that tests read.
 */
@NullMarked
package dev.flowdpo.scripted;

import org.jspecify.annotations.NullMarked;
