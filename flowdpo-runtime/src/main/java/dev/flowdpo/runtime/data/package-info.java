/**
 * Data that goes in and out as files: problems as their publishers write them, preference pairs and
 * supervised examples as TRL's trainers read them. Everything streams; a malformed row becomes an
 * {@link dev.flowdpo.error.InvalidInputException} that names file, line, key, what was expected and
 * what was found.
 */
@NullMarked
package dev.flowdpo.runtime.data;

import org.jspecify.annotations.NullMarked;
