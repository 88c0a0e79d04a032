/**
 * A flow over a model behind an OpenAI-compatible endpoint: {@link dev.flowdpo.openai.OpenAiPolicy}
 * writes, and {@code TextPairWriter} of {@code flowdpo-jackson} keeps what its rollouts teach.
 */
@NullMarked
package dev.flowdpo.openai;

import org.jspecify.annotations.NullMarked;
