package dev.flowdpo.runtime.graph;

/** The derivative of one ONNX operator: its vector-Jacobian product. */
@FunctionalInterface
interface DerivativeRule {
  /** Adds the nodes that turn the gradients of a node's outputs into those of its inputs. */
  void apply(Differentiation.Step step);
}
