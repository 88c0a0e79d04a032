/**
 * ONNX graphs built in Java: symbolic values, the operations the decoder needs, the decoder itself,
 * and reverse-mode differentiation over the nodes of a graph.
 *
 * <p>Everything here is symbolic. Nothing holds native memory; a finished {@link
 * dev.flowdpo.runtime.graph.Graph} turns into the bytes of an ONNX model that a session loads.
 */
@NullMarked
package dev.flowdpo.runtime.graph;

import org.jspecify.annotations.NullMarked;
