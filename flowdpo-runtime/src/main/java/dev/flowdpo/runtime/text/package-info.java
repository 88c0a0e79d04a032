/**
 * Between text and token ids: the model's own tokenizer, the templates of prompt and stop question
 * that a model folder or a user may replace, and the prompts made from both. Token ids are the
 * truth; text that a model wrote is never encoded again.
 */
@NullMarked
package dev.flowdpo.runtime.text;

import org.jspecify.annotations.NullMarked;
