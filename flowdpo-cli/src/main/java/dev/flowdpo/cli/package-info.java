/**
 * The command line {@code flowdpo}: solve problems chunk by chunk, learn online, measure, make the
 * bundled model again, and look at log-probabilities and gradients. One class per command; {@link
 * dev.flowdpo.cli.FlowDpo} is the entry point. The commands use the library as any application
 * would and serve as examples of it.
 */
@NullMarked
package dev.flowdpo.cli;

import org.jspecify.annotations.NullMarked;
