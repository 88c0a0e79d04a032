/** Where a model comes from: a Hugging Face folder, or a GGUF file. */
@NullMarked
package dev.flowdpo.runtime.model;

import org.jspecify.annotations.NullMarked;
