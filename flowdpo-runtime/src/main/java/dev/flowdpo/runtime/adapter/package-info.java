/**
 * LoRA adapters as the engine holds them: one flat vector of all factors, its layout, immutable
 * snapshots, and the place where a learner publishes a new snapshot for the solves that begin after
 * it.
 */
@NullMarked
package dev.flowdpo.runtime.adapter;

import org.jspecify.annotations.NullMarked;
