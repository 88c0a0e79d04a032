/** Solving and checking answers as commands: {@code solve}, {@code evaluate} and {@code verify}. */
@NullMarked
package dev.flowdpo.cli.solving;

import org.jspecify.annotations.NullMarked;
