/** How a model is loaded: precision, memory, threads. */
@NullMarked
package dev.flowdpo.model;

import org.jspecify.annotations.NullMarked;
