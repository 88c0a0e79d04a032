/**
 * Judges of traces that ask a model: {@link dev.flowdpo.runtime.judge.ChatEndpointJudge} through
 * any OpenAI-compatible chat endpoint, and {@link dev.flowdpo.runtime.judge.PolicyJudge} with a
 * local one.
 */
@NullMarked
package dev.flowdpo.runtime.judge;

import org.jspecify.annotations.NullMarked;
