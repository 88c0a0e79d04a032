package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * A frozen matrix {@code W [outputs, inputs]} as a graph reads it. Immutable; the operations that
 * it is used with may belong to a subgraph of the graph that holds its weights.
 */
sealed interface FrozenMatrix permits FrozenMatrix.Dense, QuantizedMatrix {
  /** {@code x Wᵀ} for rows {@code x [n, inputs]}. */
  Value linear(Operations o, Value x);

  /** {@code x Wᵀ + bias} for {@code bias [outputs]}. */
  default Value linear(Operations o, Value x, Value bias) {
    return o.add(linear(o, x), bias);
  }

  /** Takes the rows with these indices {@code [n]}: {@code [n, inputs]}. */
  Value rows(Operations o, Value indices);

  /**
   * Element by element, in the type that the graph computes in.
   *
   * @param parts the rows in order, {@code [some, inputs]} each; several where the matrix takes
   *     more bytes than one tensor may
   */
  record Dense(ImmutableList<Value> parts) implements FrozenMatrix {
    /** The whole matrix in one tensor. */
    Dense(Value whole) {
      this(ImmutableList.of(whole));
    }

    @Override
    public Value linear(Operations o, Value x) {
      if (parts.size() == 1) {
        return o.linear(x, parts.get(0));
      }
      Value[] products = parts.stream().map(part -> o.linear(x, part)).toArray(Value[]::new);
      return o.concatenate(1, new Shape.Dimension(outputs(), ""), products);
    }

    @Override
    public Value linear(Operations o, Value x, Value bias) {
      return parts.size() == 1 ? o.linear(x, parts.get(0), bias) : o.add(linear(o, x), bias);
    }

    @Override
    public Value rows(Operations o, Value indices) {
      if (parts.size() == 1) {
        return o.rows(parts.get(0), indices);
      }
      // Every part looks all indices up, those outside it at some row of it, and a factor of 0 or 1
      // picks the one part that holds the row.
      List<Value> found = new ArrayList<>();
      long first = 0;
      for (Value part : parts) {
        long rows = part.shape().dimension(0).size();
        Value local = o.subtract(indices, o.graph().integer(first));
        Value clamped =
            o.maximum(o.minimum(local, o.graph().integer(rows - 1)), o.graph().integer(0));
        Value inside = o.cast(o.equal(local, clamped), part.type());
        found.add(o.multiply(o.rows(part, clamped), o.unsqueeze(inside, 1)));
        first += rows;
      }
      return found.stream().reduce(o::add).orElseThrow();
    }

    private long outputs() {
      return parts.stream().mapToLong(part -> part.shape().dimension(0).size()).sum();
    }
  }
}
