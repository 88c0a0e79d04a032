package dev.flowdpo.comparison;

import java.util.List;

/**
 * Compares two traces of one problem for clarity and correctness: what Flow-DPO (arXiv 2410.22304)
 * asks of the traces that it compiles, beside right answers.
 *
 * <p>Models that compare prefer a position, mostly the first, whatever stands there; {@link
 * #orderSwapped()} cancels that. Implementations are thread-safe.
 */
@FunctionalInterface
public interface TraceComparer {

  /**
   * Compares pairs of traces.
   *
   * @param pairs the pairs; may be of different problems
   * @return a comparison for each, in their order; {@link Preference#UNDECIDED} where the comparer
   *     has none
   * @throws dev.flowdpo.error.FlowException if the comparer cannot be asked at all
   */
  List<Comparison> compare(List<TracePair> pairs);

  /**
   * Compares one pair of traces.
   *
   * @param pair the pair
   * @return the comparison
   * @throws dev.flowdpo.error.FlowException if the comparer cannot be asked at all
   */
  default Comparison compare(TracePair pair) {
    return compare(List.of(pair)).get(0);
  }

  /**
   * Returns a comparer that asks this one in both orders.
   *
   * @return this comparer without its bias towards a position
   */
  default TraceComparer orderSwapped() {
    return new OrderSwapped(this);
  }
}
