/**
 * Byte-level byte-pair encoding in Java: from text to ids and back, by a {@code tokenizer.json}
 * whose parts are all known. What is not known is refused by name.
 */
@NullMarked
package dev.flowdpo.runtime.text.bpe;

import org.jspecify.annotations.NullMarked;
