package dev.flowdpo.runtime.graph;

/**
 * A symbolic tensor: something that a graph takes in, holds, or computes. Values are compared by
 * identity; their name is unique in the graph and in its subgraphs. Immutable and thread-safe.
 */
public final class Value {
  private final String name;
  private final ElementType type;
  private final Shape shape;

  Value(String name, ElementType type, Shape shape) {
    this.name = name;
    this.type = type;
    this.shape = shape;
  }

  /** Returns the name by which ONNX knows this value. */
  public String name() {
    return name;
  }

  /** Returns the type of the elements. */
  public ElementType type() {
    return type;
  }

  /** Returns the shape. */
  public Shape shape() {
    return shape;
  }

  @Override
  public String toString() {
    return name + shape;
  }
}
