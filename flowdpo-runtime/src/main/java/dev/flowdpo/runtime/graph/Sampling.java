package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses the next token of every row inside the decoding loop, from scores {@code [rows,
 * vocabulary]} and one uniform number a row that the caller draws, so that a seed always gives the
 * same tokens.
 *
 * <p>Four ways, of which only the one in use is computed: the best token; a draw from all tokens by
 * the inverse of the cumulative distribution; a draw from the best tokens, cut by rank (top-k) and
 * then by probability mass (top-p, Holtzman et al., arXiv 1904.09751); and one from the best tokens
 * cut by mass alone. A top-p cut keeps the tokens before which less than p of the mass lies, so
 * never none.
 *
 * <p>The inverse looks at sums of blocks first, and then at the tokens of one block. A cut by mass
 * sorts the whole vocabulary only if the best tokens of some row do not hold the mass; what a row
 * chooses is the same either way.
 */
final class Sampling {
  private static final long BLOCK = 256;

  /** How many of the best tokens may hold the mass of a cut, before all are sorted. */
  private static final List<Long> FEW = List.of(256L, 4096L);

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

  /** Returns numbers for the sizes that have names of their own here. */
  static Map<String, Long> sizes(long rows, long vocabulary) {
    long blocks = (vocabulary + BLOCK - 1) / BLOCK;
    return Map.of(
        "padding of padded",
        blocks * BLOCK - vocabulary,
        "few.0",
        Math.min(FEW.get(0), vocabulary),
        "few.1",
        Math.min(FEW.get(1), vocabulary),
        "blocks",
        blocks,
        "padded",
        blocks * BLOCK,
        "blocks of all rows",
        rows * blocks);
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
    Value masses = wholeBlocks(o, probabilities(o, scores));
    Shape.Dimension rows = scores.shape().dimension(0);
    Shape.Dimension block = new Shape.Dimension(BLOCK, "");
    Value byBlock =
        o.reshape(
            masses,
            new Shape(List.of(rows, new Shape.Dimension(-1, "blocks"), block)),
            0,
            -1,
            BLOCK);
    Value ofBlocks =
        o.reshape(
            o.sumOfLast(byBlock),
            new Shape(List.of(rows, new Shape.Dimension(-1, "blocks"))),
            0,
            -1);
    Value cumulative = o.cumulativeSum(ofBlocks, false);
    Value target = o.multiply(uniform, o.columns(cumulative, o.graph().integers(-1)));
    Value blocks = o.sizes(ofBlocks, 1, 2);
    Value chosen = place(o, cumulative, target, o.subtract(blocks, o.graph().integers(1)));
    Value mass = o.elements(ofBlocks, chosen);
    Value before = o.subtract(o.elements(cumulative, chosen), mass);
    // How far into the block, so that rounding in sums of another order cannot lead out of it.
    Value share = o.divide(o.subtract(target, before), mass);
    Value inBlock = o.minimum(o.maximum(share, o.graph().real(0)), o.graph().real(1 - 0x1p-24f));
    Value first =
        o.multiply(o.range(o.sizes(scores, 0, 1), rows), blocks); // of each row, in all blocks
    Value tokens =
        o.rows(
            o.reshape(
                byBlock,
                new Shape(List.of(new Shape.Dimension(-1, "blocks of all rows"), block)),
                -1,
                BLOCK),
            o.add(first, o.flat(chosen)));
    Value within = position(o, tokens, inBlock, o.graph().integers(BLOCK - 1));
    return o.flat(o.add(o.multiply(chosen, o.graph().integer(BLOCK)), within));
  }

  /** Adds tokens of no mass until there are whole blocks. */
  private static Value wholeBlocks(Operations o, Value masses) {
    if (masses.shape().dimension(1).size() >= 0
        && masses.shape().dimension(1).size() % BLOCK == 0) {
      return masses;
    }
    Value size = o.sizes(masses, 1, 2);
    Value blocks = o.divide(o.add(size, o.graph().integer(BLOCK - 1)), o.graph().integer(BLOCK));
    Value missing = o.subtract(o.multiply(blocks, o.graph().integer(BLOCK)), size);
    return o.padEnd(masses, 1, new Shape.Dimension(-1, "padded"), missing);
  }

  private Value fromBest(Operations o, Value scores, Value uniform) {
    Graph byRank = o.graph().subgraph("rank");
    Operations inRank = new Operations(byRank);
    List<Value> candidates = inRank.largest(scores, topK, "candidates");
    Value probabilities = probabilities(inRank, candidates.get(0));
    byRank.output(fromSorted(inRank, probabilities, candidates.get(1), uniform));

    Graph byMass = o.graph().subgraph("mass");
    Operations inMass = new Operations(byMass);
    byMass.output(fromMass(inMass, probabilities(inMass, scores), uniform, 0));
    return branch(o.graph(), o.less(topK, o.sizes(scores, 1, 2)), byRank, byMass);
  }

  /** Draws from so many of the best tokens if they hold the mass in every row, or from more. */
  private Value fromMass(Operations o, Value probabilities, Value uniform, int attempt) {
    Value all = o.sizes(probabilities, 1, 2);
    if (attempt == FEW.size()) {
      List<Value> sorted = o.largest(probabilities, all, "candidates");
      return fromSorted(o, sorted.get(0), sorted.get(1), uniform);
    }
    Value count = o.minimum(all, o.graph().integers(FEW.get(attempt)));
    List<Value> few = o.largest(probabilities, count, "few." + attempt);
    Value mass = o.columns(o.cumulativeSum(few.get(0), false), o.graph().integers(-1));
    Value enough = o.all(o.flat(o.not(o.less(mass, topP))));

    Graph some = o.graph().subgraph("few");
    some.output(fromSorted(new Operations(some), few.get(0), few.get(1), uniform));
    Graph more = o.graph().subgraph("more");
    more.output(fromMass(new Operations(more), probabilities, uniform, attempt + 1));
    return branch(o.graph(), enough, some, more);
  }

  private Value probabilities(Operations o, Value scores) {
    return o.softmax(o.multiply(scores, inverseTemperature));
  }

  /** Cuts probabilities in falling order by mass and draws from what is left. */
  private Value fromSorted(Operations o, Value probabilities, Value tokens, Value uniform) {
    Value before = o.cumulativeSum(probabilities, true);
    Value kept = o.cast(o.less(before, topP), ElementType.FLOAT);
    Value lastKept =
        o.subtract(o.cast(o.sumOfLast(kept), ElementType.INT64), o.graph().integers(1));
    Value place = position(o, o.multiply(probabilities, kept), uniform, lastKept);
    return o.flat(o.elements(tokens, place));
  }

  /**
   * The first place at which the cumulative mass exceeds uniform · total, at most {@code last}:
   * {@code [rows, 1]}.
   */
  private static Value position(Operations o, Value masses, Value uniform, Value last) {
    Value cumulative = o.cumulativeSum(masses, false);
    // The total is the last cumulative mass: a sum in another order could exceed it by rounding,
    // and a number close to 1 would then pass every place and take the last one, whose mass may be
    // 0.
    Value total = o.columns(cumulative, o.graph().integers(-1));
    return place(o, cumulative, o.multiply(uniform, total), last);
  }

  /** The number of places at which the cumulative mass does not exceed the target. */
  private static Value place(Operations o, Value cumulative, Value target, Value last) {
    Value below = o.cast(o.greater(cumulative, target), ElementType.FLOAT);
    Value passed = o.sumOfLast(o.subtract(o.graph().real(1), below));
    return o.minimum(o.cast(passed, ElementType.INT64), last);
  }
}
