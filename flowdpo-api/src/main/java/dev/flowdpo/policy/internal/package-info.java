/** The loop of a flow: chunk, decision, chunk, for many rows at once. Not for applications. */
@NullMarked
package dev.flowdpo.policy.internal;

import org.jspecify.annotations.NullMarked;
