/** Figures of flows and their learners as Micrometer meters. */
@NullMarked
package dev.flowdpo.micrometer;

import org.jspecify.annotations.NullMarked;
