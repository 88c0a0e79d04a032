/**
 * Model folders in and out, in the formats of the Hugging Face tools and without their code: the
 * {@code config.json} of a model of a supported {@link
 * dev.flowdpo.runtime.checkpoint.Architecture}, its weights in {@code *.safetensors}, and LoRA
 * adapters as PEFT folders. Everything is checked when it is opened; what is missing, damaged or
 * not supported is refused with an {@link dev.flowdpo.error.InvalidInputException} that names the
 * file, the key or tensor, what was expected and what was found.
 */
@NullMarked
package dev.flowdpo.runtime.checkpoint;

import org.jspecify.annotations.NullMarked;
