package dev.flowdpo.runtime.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Room for some rows of a quantised matrix, as its {@link BlockLayout} says they lie. Whoever makes
 * the rows puts into the buffers, from their positions on. Not thread-safe.
 *
 * @param codes the codes
 * @param factors a factor for each block
 * @param zeros the zeros; empty where blocks have none of their own
 * @param offsets an offset for each block; empty where blocks have none
 */
public record BlockRows(
    ByteBuffer codes, FloatBuffer factors, ByteBuffer zeros, FloatBuffer offsets) {}
