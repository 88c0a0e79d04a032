/** Problems, solutions and verdicts as JSON, through Jackson. */
@NullMarked
package dev.flowdpo.jackson;

import org.jspecify.annotations.NullMarked;
