/**
 * An example for each ready verifier: what it judges, and how it goes into the rollout sampler. All
 * of them run on the bundled model, {@link dev.flowdpo.examples.verifiers.VerifierExamples#main}
 * one after the other.
 */
@NullMarked
package dev.flowdpo.examples.verifiers;

import org.jspecify.annotations.NullMarked;
