package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import java.util.List;

/**
 * Chooses the next token of every row inside the decoding loop, from scores {@code [rows,
 * vocabulary]} and one uniform number a row that the caller draws, so that a seed always gives the
 * same tokens.
 *
 * <p>Three ways, of which only the one in use is computed: the best token; a draw from all tokens
 * by the inverse of the cumulative distribution; and a draw from the best tokens, cut by rank
 * (top-k) and by probability mass (top-p, Holtzman et al., arXiv 1904.09751). A top-p cut keeps the
 * tokens before which less than p of the mass lies, so never none.
 */
final class Sampling {
  private final Value greedy;
  private final Value ranked;
  private final Value inverseTemperature;
  private final Value topK;
  private final Value topP;

  /**
   * @param greedy whether to take the best token: boolean, rank 0
   * @param ranked whether to cut by rank or mass: boolean, rank 0
   * @param inverseTemperature one over the temperature, rank 0
   * @param topK the number of candidates {@code [1]}
   * @param topP the mass to keep, rank 0
   */
  Sampling(Value greedy, Value ranked, Value inverseTemperature, Value topK, Value topP) {
    this.greedy = greedy;
    this.ranked = ranked;
    this.inverseTemperature = inverseTemperature;
    this.topK = topK;
    this.topP = topP;
  }

  /**
   * Returns the chosen token of every row {@code [rows]}; {@code uniform [rows, 1]} is in [0, 1).
   */
  Value choose(Operations o, Value scores, Value uniform) {
    Graph best = o.graph().subgraph("best");
    Operations inBest = new Operations(best);
    best.output(inBest.argumentOfMaximum(scores));

    Graph all = o.graph().subgraph("all");
    all.output(fromAll(new Operations(all), scores, uniform));

    Graph top = o.graph().subgraph("top");
    top.output(fromBest(new Operations(top), scores, uniform));

    Graph draw = o.graph().subgraph("draw");
    draw.output(branch(draw, ranked, top, all));
    return branch(o.graph(), greedy, best, draw);
  }

  private static Value branch(Graph graph, Value condition, Graph then, Graph otherwise) {
    return graph.node(
        "If",
        "",
        List.of(condition),
        ImmutableMap.of("then_branch", then, "else_branch", otherwise),
        ElementType.INT64,
        Shape.of("rows"));
  }

  private Value fromAll(Operations o, Value scores, Value uniform) {
    Value probabilities = o.softmax(o.multiply(scores, inverseTemperature));
    Value last = o.subtract(o.sizes(scores, 1, 2), o.graph().integers(1));
    return o.flat(position(o, probabilities, uniform, last));
  }

  private Value fromBest(Operations o, Value scores, Value uniform) {
    List<Value> candidates = o.largest(scores, topK);
    Value probabilities = o.softmax(o.multiply(candidates.get(0), inverseTemperature));
    Value before = o.cumulativeSum(probabilities, true);
    Value kept = o.cast(o.less(before, topP), ElementType.FLOAT);
    Value lastKept =
        o.subtract(o.cast(o.sumOfLast(kept), ElementType.INT64), o.graph().integers(1));
    Value place = position(o, o.multiply(probabilities, kept), uniform, lastKept);
    return o.flat(o.elements(candidates.get(1), place));
  }

  /**
   * The first place at which the cumulative mass exceeds uniform · total, at most {@code last}:
   * {@code [rows, 1]}.
   */
  private static Value position(Operations o, Value masses, Value uniform, Value last) {
    Value cumulative = o.cumulativeSum(masses, false);
    // The total is the last cumulative mass: a sum in another order could exceed it by rounding,
    // and a number
    // close to 1 would then pass every place and take the last one, whose mass may be 0.
    Value total = o.columns(cumulative, o.graph().integers(-1));
    Value target = o.multiply(uniform, total);
    Value below = o.cast(o.greater(cumulative, target), ElementType.FLOAT);
    Value passed = o.sumOfLast(o.subtract(o.graph().real(1), below));
    return o.minimum(o.cast(passed, ElementType.INT64), last);
  }
}
