package dev.flowdpo.runtime.graph;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An ONNX graph under construction: its inputs, the weights that are handed over at load time,
 * constants, nodes in the order in which they run, and outputs. {@link Operations} adds nodes;
 * {@link OnnxModel} turns the graph into bytes; {@link Differentiation} adds the nodes of a
 * backward pass.
 *
 * <p>A subgraph is the body of a loop or a branch. It may use every value of the graph around it.
 * Not thread-safe.
 */
public final class Graph {
  /** The operator set of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private final String name;
  private final AtomicInteger counter;
  private final List<Value> inputs = new ArrayList<>();
  private final Map<FrozenData, Value> weights = new LinkedHashMap<>();
  private final Map<Value, DerivativeRule> derivatives = new HashMap<>();
  private final Map<Value, Object> constants = new LinkedHashMap<>();
  private final Map<String, Value> constantsByContent = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();

  private Graph(String name, AtomicInteger counter) {
    this.name = name;
    this.counter = counter;
  }

  /** Returns an empty graph. */
  public static Graph create(String name) {
    return new Graph(name, new AtomicInteger());
  }

  /** Returns an empty subgraph, whose values get names that no other value of this graph has. */
  Graph subgraph(String subgraphName) {
    return new Graph(subgraphName + "_" + counter.getAndIncrement(), counter);
  }

  /** Declares an input that the caller feeds at every run. */
  public Value input(String inputName, ElementType type, Shape shape) {
    Value value = new Value(inputName, type, shape);
    inputs.add(value);
    return value;
  }

  /** Declares an input of a subgraph, under a name of its own. */
  Value subgraphInput(String prefix, ElementType type, Shape shape) {
    return input(uniqueName(prefix), type, shape);
  }

  /**
   * Returns a weight whose data the session receives when it is created, so that the model's bytes
   * stay small and the weights stay where they are. Asking again for the same data gives the same
   * value.
   */
  public Value weight(FrozenData data, ElementType type, Shape shape) {
    Value value = weights.computeIfAbsent(data, key -> new Value(key.name(), type, shape));
    Preconditions.checkArgument(
        value.shape().equals(shape),
        "Weight %s has shape %s, asked for as %s",
        data.name(),
        value.shape(),
        shape);
    return value;
  }

  /** Returns a vector of the checkpoint, or a rotary table, as a 32-bit floating-point weight. */
  Value weight(String tensor, Shape shape) {
    return weight(new FrozenData.Whole(tensor), ElementType.FLOAT, shape);
  }

  /** Gives the node of this first output a derivative of its own, in place of its operator's. */
  void derivative(Value output, DerivativeRule rule) {
    derivatives.put(output, rule);
  }

  /** Returns how a node is differentiated. */
  DerivativeRule derivative(Node node) {
    DerivativeRule own = derivatives.get(node.output());
    return own == null ? DerivativeRules.of(node.operator()) : own;
  }

  /** Returns a constant list of 64-bit integers. */
  public Value integers(long... values) {
    return constantsByContent.computeIfAbsent(
        "integers" + Arrays.toString(values),
        key -> constant(ElementType.INT64, Shape.of(values.length), values.clone()));
  }

  /** Returns a constant 64-bit integer of rank 0. */
  public Value integer(long value) {
    return constantsByContent.computeIfAbsent(
        "integer" + value, key -> constant(ElementType.INT64, Shape.of(), new long[] {value}));
  }

  /** Returns a constant floating-point number of rank 0, in 32 bits. */
  public Value real(float value) {
    return real(value, ElementType.FLOAT);
  }

  /** Returns a constant number of rank 0 in a floating-point type, rounded to it. */
  public Value real(float value, ElementType type) {
    return constantsByContent.computeIfAbsent(
        type + " " + value, key -> constant(type, Shape.of(), new float[] {value}));
  }

  private Value constant(ElementType type, Shape shape, Object content) {
    Value value = new Value(uniqueName("constant"), type, shape);
    constants.put(value, content);
    return value;
  }

  /** Adds a node with one output. */
  Value node(
      String operator,
      String domain,
      List<Value> nodeInputs,
      Map<String, Object> attributes,
      ElementType type,
      Shape shape) {
    return node(operator, domain, nodeInputs, attributes, List.of(type), List.of(shape)).output();
  }

  /** Adds a node with several outputs. */
  Node node(
      String operator,
      String domain,
      List<Value> nodeInputs,
      Map<String, Object> attributes,
      List<ElementType> types,
      List<Shape> shapes) {
    ImmutableList.Builder<Value> results = ImmutableList.builder();
    for (int i = 0; i < shapes.size(); i++) {
      results.add(new Value(uniqueName(operator), types.get(i), shapes.get(i)));
    }
    Node node = new Node(operator, domain, nodeInputs, results.build(), attributes);
    nodes.add(node);
    return node;
  }

  /** Makes a value an output of the graph under its own name. */
  public void output(Value value) {
    outputs.put(value.name(), value);
  }

  /** Makes a value an output of the graph under another name. */
  public void output(String outputName, Value value) {
    Preconditions.checkArgument(
        !outputs.containsKey(outputName), "The graph already has an output %s", outputName);
    Value named = new Value(outputName, value.type(), value.shape());
    nodes.add(new Node("Identity", "", List.of(value), List.of(named), ImmutableMap.of()));
    outputs.put(outputName, named);
  }

  /** Adds a node of another graph. */
  void addNode(Node node) {
    nodes.add(node);
  }

  /** Adds a constant of another graph. */
  void addConstant(Value value, Object content) {
    constants.put(value, content);
  }

  private String uniqueName(String prefix) {
    return prefix + "_" + counter.getAndIncrement();
  }

  String name() {
    return name;
  }

  List<Value> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /** Returns the declared weights, in the order of their first use. */
  public Map<FrozenData, Value> weights() {
    return Collections.unmodifiableMap(weights);
  }

  Map<Value, Object> constants() {
    return Collections.unmodifiableMap(constants);
  }

  List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  Map<String, Value> outputs() {
    return Collections.unmodifiableMap(outputs);
  }
}
