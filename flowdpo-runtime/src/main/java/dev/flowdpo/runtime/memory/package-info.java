/**
 * The memory that a model will need, worked out before any weight is loaded: from {@code
 * config.json}, the headers of the weight files, and the graphs that the model would run.
 */
@NullMarked
package dev.flowdpo.runtime.memory;

import org.jspecify.annotations.NullMarked;
