/**
 * The bundled tiny model: a seeded generator of grade-school word problems in plain English, the
 * solution styles and documents its model is pre-trained on, and the training of its byte-level
 * byte-pair tokenizer. Everything here is deterministic for a given seed, so the model can be made
 * again from source alone.
 */
@NullMarked
package dev.flowdpo.runtime.tiny;

import org.jspecify.annotations.NullMarked;
