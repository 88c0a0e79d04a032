/**
 * The command line {@code flowdpo}. {@link dev.flowdpo.cli.FlowDpo} is the entry point and knows
 * all commands; these are in the packages below it by what they do, each using the library as any
 * application would: {@code learning}, {@code training}, {@code solving}, {@code model} and {@code
 * experiment}. They share {@code options}, the {@code run} folder, {@code evaluation} and {@code
 * output}, which know no command; {@code report} makes pages of figures and knows none of these.
 */
@NullMarked
package dev.flowdpo.cli;

import org.jspecify.annotations.NullMarked;
