package dev.flowdpo.cli.training;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where traces come from. Immutable.
 *
 * @param file a file that holds them; empty where problems are to be solved for them
 * @param conversations whether the file holds conversations rather than traces
 * @param base whether the model alone solves these, rather than the flow
 * @param description in words, the same for equal sources
 */
record TraceSource(Optional<Path> file, boolean conversations, boolean base, String description) {}
