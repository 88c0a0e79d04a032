package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The memory that one run of a graph takes, worked out from the graph before there is a session.
 *
 * <p>A session computes node after node; the result of a node takes memory from then on until the
 * last node that reads it has run. With a number for every named size of the graph, the bytes of
 * each result are known, and so is the moment at which the results that are alive take the most
 * (liveness analysis). A reshaped value shares the memory of what was reshaped. In a loop, what an
 * iteration takes over from the one before is alive beside its own results. Weights, and what an
 * operator needs inside itself, are not counted. Immutable and thread-safe.
 *
 * @param results the most bytes that results take at one moment; outputs are among them, unless
 *     they were asked to be written elsewhere
 * @param inputs the bytes of all inputs
 * @param outputs the bytes of all outputs
 */
public record GraphMemory(long results, long inputs, long outputs) {
  private static final Set<String> SHARING =
      ImmutableSet.of("Reshape", "Identity", "Squeeze", "Unsqueeze");

  /** Who owns the memory of a graph's outputs. */
  public enum Outputs {
    /** The session, which allocates them like other results. */
    OF_THE_SESSION,
    /** The caller, who hands over memory before the run. */
    OF_THE_CALLER
  }

  /**
   * Returns the memory of a run.
   *
   * @param sizes a number for every named size in the graph; for a size that grows in a loop, that
   *     of the last iteration
   * @throws IllegalArgumentException if a named size is missing
   * @throws ArithmeticException if a number of bytes is larger than a {@code long}
   */
  public static GraphMemory of(Graph graph, Map<String, Long> sizes, Outputs outputs) {
    Liveness liveness = new Liveness(ImmutableMap.copyOf(sizes));
    return new GraphMemory(
        liveness.peak(graph, outputs == Outputs.OF_THE_CALLER),
        liveness.bytes(graph.inputs()),
        liveness.bytes(graph.outputs().values()));
  }

  /** The analysis for one choice of sizes. */
  private record Liveness(Map<String, Long> sizes) {

    long bytes(Value value) {
      long bytes = value.type().bytes();
      for (Shape.Dimension dimension : value.shape().dimensions()) {
        bytes = Math.multiplyExact(bytes, size(dimension));
      }
      return bytes;
    }

    private long size(Shape.Dimension dimension) {
      if (dimension.size() >= 0) {
        return dimension.size();
      }
      Long size = sizes.get(dimension.name());
      if (size == null) {
        throw new IllegalArgumentException(
            "sizes: expected one for \"" + dimension.name() + "\", found " + sizes);
      }
      return size;
    }

    long bytes(Collection<Value> values) {
      long sum = 0;
      for (Value value : values) {
        sum = Math.addExact(sum, bytes(value));
      }
      return sum;
    }

    /** Returns the most bytes that the results of a graph's nodes take at one moment. */
    long peak(Graph graph, boolean outputsElsewhere) {
      Map<Value, Value> owners = owners(graph);
      Set<Value> outputs =
          graph.outputs().values().stream()
              .map(value -> owners.getOrDefault(value, value))
              .collect(Collectors.toSet());
      Map<Value, Integer> lastUse = lastUse(graph, owners);
      outputs.forEach(value -> lastUse.put(value, Integer.MAX_VALUE));
      Map<Integer, List<Value>> freed = new HashMap<>();
      long live = 0;
      long peak = 0;
      List<Node> nodes = graph.nodes();
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        for (Value output : node.outputs()) {
          boolean own = !owners.containsKey(output);
          if (own && !(outputsElsewhere && outputs.contains(output))) {
            live = Math.addExact(live, bytes(output));
            freed
                .computeIfAbsent(lastUse.getOrDefault(output, i), key -> new ArrayList<>())
                .add(output);
          }
        }
        peak = Math.max(peak, Math.addExact(live, inside(node)));
        live -= bytes(freed.getOrDefault(i, List.of()));
      }
      return peak;
    }

    /** Returns the most bytes that a node's subgraphs take beside the node's own outputs. */
    private long inside(Node node) {
      long most = 0;
      for (Object attribute : node.attributes().values()) {
        if (attribute instanceof Graph body) {
          // The last iteration begins before the loop has outputs, which are copies of its own.
          long running = bytes(body.inputs()) + peak(body, false) - bytes(node.outputs());
          most = Math.max(most, Math.max(running, bytes(body.outputs().values())));
        }
      }
      return most;
    }

    /** Maps values that share another value's memory to the one that has it. */
    private static Map<Value, Value> owners(Graph graph) {
      Map<Value, Value> owners = new HashMap<>();
      for (Node node : graph.nodes()) {
        if (SHARING.contains(node.operator())) {
          Value shared = node.input(0);
          owners.put(node.output(), owners.getOrDefault(shared, shared));
        }
      }
      return owners;
    }

    private static Map<Value, Integer> lastUse(Graph graph, Map<Value, Value> owners) {
      Map<Value, Integer> lastUse = new HashMap<>();
      List<Node> nodes = graph.nodes();
      for (int i = 0; i < nodes.size(); i++) {
        int place = i;
        reads(nodes.get(i)).forEach(value -> lastUse.put(owners.getOrDefault(value, value), place));
      }
      return lastUse;
    }

    /** Returns what a node reads, itself or in a subgraph. */
    private static List<Value> reads(Node node) {
      List<Value> reads = new ArrayList<>(node.inputs());
      for (Object attribute : node.attributes().values()) {
        if (attribute instanceof Graph body) {
          body.nodes().forEach(inner -> reads.addAll(reads(inner)));
          reads.addAll(body.outputs().values());
        }
      }
      return reads;
    }
  }
}
