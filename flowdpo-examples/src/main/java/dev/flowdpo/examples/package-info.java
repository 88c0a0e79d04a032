/**
 * The command line {@code flowdpo}: solve problems chunk by chunk, learn online, measure, make the
 * bundled model again, and look at log-probabilities and gradients. One class per command; {@link
 * dev.flowdpo.examples.FlowDpo} is the entry point. The commands use the library as any application
 * would and serve as examples of it.
 */
@NullMarked
package dev.flowdpo.examples;

import org.jspecify.annotations.NullMarked;
