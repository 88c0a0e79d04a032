/**
 * A flow over a model behind an OpenAI-compatible endpoint: {@link dev.flowdpo.openai.OpenAiPolicy}
 * writes, {@link dev.flowdpo.openai.TextPairWriter} keeps what its rollouts teach.
 */
@NullMarked
package dev.flowdpo.openai;

import org.jspecify.annotations.NullMarked;
