/**
 * What a {@code tokenizer.json} says: read in one pass and checked against a schema of what is
 * supported, with bounds, before any engine sees it. What is not in the schema is refused by name.
 */
@NullMarked
package dev.flowdpo.runtime.text.definition;

import org.jspecify.annotations.NullMarked;
