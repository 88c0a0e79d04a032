package dev.flowdpo.runtime.graph;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation over the nodes of a graph.
 *
 * <p>For a result {@code y = f(x)} and a seed {@code s} of y's shape, the backward pass computes
 * the gradient of {@code Σ s·y} by every wanted value. It walks the nodes from the last to the
 * first, and each operator's {@link DerivativeRule} turns the gradients of its outputs into those
 * of its inputs; gradients that meet are added. Only what lies between the wanted values and the
 * result gets nodes. Cost: about twice that of the forward pass.
 *
 * <p>A wanted value may lie inside the graph: then its gradient counts every path from it to the
 * result, including those through other wanted values.
 */
public final class Differentiation {
  private final Operations operations;
  private final Set<Value> dependent = new HashSet<>();
  private final Map<Value, Value> gradients = new HashMap<>();

  private Differentiation(Operations operations) {
    this.operations = operations;
  }

  /**
   * Adds the backward pass of a result to its graph.
   *
   * @param operations the operations of the graph that computes the result
   * @param result what to differentiate
   * @param seed the gradient at the result, of the result's shape
   * @param wanted the values whose gradients are wanted
   * @return the gradient of each wanted value on which the result depends
   * @throws IllegalStateException if an operator on the way has no rule
   */
  public static Map<Value, Value> gradients(
      Operations operations, Value result, Value seed, Collection<Value> wanted) {
    Differentiation pass = new Differentiation(operations);
    ImmutableList<Node> forward = ImmutableList.copyOf(operations.graph().nodes());
    pass.markDependent(forward, wanted);
    pass.gradients.put(result, seed);
    for (Node node : forward.reverse()) {
      pass.propagate(node);
    }
    Map<Value, Value> found = new HashMap<>(pass.gradients);
    found.keySet().retainAll(Set.copyOf(wanted));
    return found;
  }

  private void markDependent(List<Node> forward, Collection<Value> wanted) {
    dependent.addAll(wanted);
    for (Node node : forward) {
      if (node.inputs().stream().anyMatch(dependent::contains)) {
        dependent.addAll(node.outputs());
      }
    }
  }

  private void propagate(Node node) {
    boolean reached = node.outputs().stream().anyMatch(gradients::containsKey);
    boolean useful = node.inputs().stream().anyMatch(dependent::contains);
    if (reached && useful) {
      operations.graph().derivative(node).apply(new Step(node));
    }
  }

  /**
   * What a rule sees: one node, the gradients of its outputs, and where to put those of its inputs.
   */
  final class Step {
    private final Node node;

    private Step(Node node) {
      this.node = node;
    }

    Node node() {
      return node;
    }

    Operations operations() {
      return operations;
    }

    /** Returns the gradient of the first output. */
    Value gradient() {
      return gradient(0)
          .orElseThrow(
              () -> new IllegalStateException(node.operator() + ": its result is not used"));
    }

    /** Returns the gradient of an output, if the result depends on it. */
    Optional<Value> gradient(int output) {
      return Optional.ofNullable(gradients.get(node.outputs().get(output)));
    }

    /** Returns whether the gradient of an input is needed. */
    boolean wants(int input) {
      return input < node.inputs().size() && dependent.contains(node.input(input));
    }

    /** Adds to the gradient of an input; the gradient has the input's shape. */
    void give(int input, Value gradient) {
      give(node.input(input), gradient);
    }

    /**
     * Adds to the gradient of a value that the node's output depends on. For a rule that stands for
     * several nodes at once, whose inner values then get no gradient.
     */
    void give(Value target, Value gradient) {
      Preconditions.checkState(
          gradient.shape().equals(target.shape()),
          "%s: the gradient of %s has shape %s, expected %s",
          node.operator(),
          target.name(),
          gradient.shape(),
          target.shape());
      Preconditions.checkState(
          gradient.type() == target.type(),
          "%s: the gradient of %s has type %s, expected %s",
          node.operator(),
          target.name(),
          gradient.type(),
          target.type());
      gradients.merge(target, gradient, operations::add);
    }
  }
}
