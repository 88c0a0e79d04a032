/**
 * Ready verifiers in plain Java, and what combines, bounds and caches them. {@link
 * dev.flowdpo.verify.MathAnswerVerifier} compares final answers of mathematical problems; {@link
 * dev.flowdpo.verify.Verifiers} makes one verifier of several. All of them keep their promises on
 * any text, however long or hostile.
 */
@NullMarked
package dev.flowdpo.verify;

import org.jspecify.annotations.NullMarked;
