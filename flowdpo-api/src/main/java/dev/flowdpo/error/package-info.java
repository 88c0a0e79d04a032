/**
 * What is thrown, {@link dev.flowdpo.error.InvalidInputException} for input that is refused and
 * {@link dev.flowdpo.error.FlowException} for everything else, and the checks of single values that
 * throw it.
 */
@NullMarked
package dev.flowdpo.error;

import org.jspecify.annotations.NullMarked;
