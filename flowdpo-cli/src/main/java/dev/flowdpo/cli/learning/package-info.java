/** Online learning as commands: {@code demo} and {@code learn}. */
@NullMarked
package dev.flowdpo.cli.learning;

import org.jspecify.annotations.NullMarked;
