/**
 * Benchmarks of the engine on the bundled model. The JMH ones run with {@code java -jar
 * benchmarks/target/benchmarks.jar}, which takes JMH's options; {@link
 * dev.flowdpo.benchmarks.MemoryWatch} is a program of its own. Nothing here is published.
 */
@NullMarked
package dev.flowdpo.benchmarks;

import org.jspecify.annotations.NullMarked;
