/**
 * Problems, solutions and verdicts as JSON, through Jackson, and preference pairs for other
 * trainers.
 */
@NullMarked
package dev.flowdpo.jackson;

import org.jspecify.annotations.NullMarked;
