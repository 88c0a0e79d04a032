package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What computes some values of a graph from others, as a graph of its own. Values that are given
 * are not computed, and neither is what only they need; everything else is. So a backward pass that
 * is given a few values of the forward pass computes the rest of that pass again.
 *
 * <p>Inputs get names by their number. Two layers with the same nodes thus have the same part, byte
 * for byte, and one session runs both.
 *
 * @param graph the part
 * @param inputs what each input of the part is in the whole graph: an input, or a given value
 * @param weights the inputs of the part that are weights of the whole graph
 */
record GraphPart(
    Graph graph, Map<String, Value> inputs, Map<String, GradientGraphs.Weight> weights) {

  GraphPart {
    inputs = ImmutableMap.copyOf(inputs);
    weights = ImmutableMap.copyOf(weights);
  }

  /**
   * Returns the part that computes some values, which become its outputs.
   *
   * @param given values that become inputs, where they are needed
   * @param wanted values that nodes compute and that are not given
   * @param fed which weights become inputs, and are not the session's own
   */
  static GraphPart of(
      Graph whole, Collection<Value> given, Collection<Value> wanted, Predicate<FrozenData> fed) {
    Set<Value> cut = Set.copyOf(given);
    Needed needed = Needed.by(whole, cut, wanted);
    Graph part = Graph.create(whole.name());
    Map<Value, Value> renamed = new HashMap<>();
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (Collection<Value> values : List.of(whole.inputs(), given)) {
      for (Value value : values) {
        if (needed.values.contains(value) && !renamed.containsKey(value)) {
          Value input = input(part, value);
          renamed.put(value, input);
          inputs.put(input.name(), value);
        }
      }
    }
    Map<String, GradientGraphs.Weight> weights = new LinkedHashMap<>();
    whole
        .weights()
        .forEach(
            (data, value) -> {
              if (!needed.values.contains(value)) {
                return;
              }
              if (fed.test(data)) {
                Value input = input(part, value);
                renamed.put(value, input);
                weights.put(input.name(), new GradientGraphs.Weight(data, value.shape()));
              } else {
                renamed.put(value, part.weight(data, value.type(), value.shape()));
              }
            });
    whole
        .constants()
        .forEach(
            (value, content) -> {
              if (needed.values.contains(value)) {
                part.addConstant(value, content);
              }
            });
    for (Node node : whole.nodes()) {
      if (needed.nodes.contains(node)) {
        part.addNode(
            new Node(
                node.operator(),
                node.domain(),
                node.inputs().stream().map(value -> renamed.getOrDefault(value, value)).toList(),
                node.outputs(),
                node.attributes()));
      }
    }
    wanted.forEach(part::output);
    return new GraphPart(part, inputs, weights);
  }

  private static Value input(Graph part, Value value) {
    return part.input("input_" + part.inputs().size(), value.type(), value.shape());
  }

  /** What the wanted values are computed from. */
  private record Needed(Set<Value> values, Set<Node> nodes) {

    static Needed by(Graph whole, Set<Value> cut, Collection<Value> wanted) {
      Map<Value, Node> producers = new HashMap<>();
      whole.nodes().forEach(node -> node.outputs().forEach(value -> producers.put(value, node)));
      Set<Value> values = Collections.newSetFromMap(new IdentityHashMap<>());
      Set<Node> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
      Deque<Value> open = new ArrayDeque<>(wanted);
      while (!open.isEmpty()) {
        Value value = open.pop();
        Node producer = producers.get(value);
        if (values.add(value) && producer != null && !cut.contains(value) && nodes.add(producer)) {
          open.addAll(producer.inputs());
        }
      }
      return new Needed(values, nodes);
    }
  }
}
