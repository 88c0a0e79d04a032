/**
 * The frozen base in ONNX Runtime: its sessions, keys and values as blocks of a tree, prefill,
 * chunk decoding, the Answer policy and the Stop judge.
 *
 * <p>Native memory belongs to {@link dev.flowdpo.runtime.inference.FrozenBase}, which closes it.
 * Keys, values and adapters live on the Java heap between calls and need no owner.
 */
@NullMarked
package dev.flowdpo.runtime.inference;

import org.jspecify.annotations.NullMarked;
