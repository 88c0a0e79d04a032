/**
 * The two models of a flow, as seams: one writes chunks, one says whether the answer is finished.
 * Both take batches and see token ids rather than re-tokenised text.
 */
@NullMarked
package dev.flowdpo.policy;

import org.jspecify.annotations.NullMarked;
