/**
 * What a fuzzer calls: one reader of untrusted bytes after another.
 *
 * <p>{@code benchmarks/fuzz/run} hands {@link dev.flowdpo.benchmarks.fuzz.Fuzzing} to Jazzer, which
 * finds it by its name and its method; nothing here depends on Jazzer.
 */
@NullMarked
package dev.flowdpo.benchmarks.fuzz;

import org.jspecify.annotations.NullMarked;
