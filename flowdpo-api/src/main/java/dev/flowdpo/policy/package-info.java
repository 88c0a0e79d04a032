/**
 * The two models of a flow, as seams: {@link dev.flowdpo.policy.FlowPolicy} writes the next chunk,
 * {@link dev.flowdpo.policy.StopJudge} says whether the answer is finished. Both take batches, and
 * both see a {@link dev.flowdpo.policy.PartialAnswer}, an immutable chain of chunks that carries
 * token ids rather than re-tokenised text.
 */
@NullMarked
package dev.flowdpo.policy;

import org.jspecify.annotations.NullMarked;
