package dev.flowdpo.comparison;

import dev.flowdpo.error.FlowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Asks a comparer about each pair in both orders, which cancels a bias towards a position. All
 * questions go to the comparer as one batch.
 *
 * <ul>
 *   <li>Where both orders agree, that is the comparison, with the mean of the confidences.
 *   <li>Where they disagree, also where only one is a tie, it is a tie with confidence 0.
 *   <li>Where one is undecided, so is the whole: half an answer may be all bias.
 *   <li>Two traces with the same text are a tie, and the comparer is not asked.
 * </ul>
 *
 * <p>The reasons of both orders are kept. Thread-safe if the comparer is.
 */
public final class OrderSwapped implements TraceComparer {
  private final TraceComparer comparer;

  /**
   * Creates a comparer that asks another one twice.
   *
   * @param comparer the comparer to ask
   */
  public OrderSwapped(TraceComparer comparer) {
    this.comparer = Objects.requireNonNull(comparer, "comparer");
  }

  @Override
  public List<Comparison> compare(List<TracePair> pairs) {
    List<TracePair> questions = new ArrayList<>();
    for (TracePair pair : pairs) {
      if (!isSame(pair)) {
        questions.add(pair);
        questions.add(pair.swapped());
      }
    }
    List<Comparison> replies = questions.isEmpty() ? List.of() : comparer.compare(questions);
    if (replies.size() != questions.size()) {
      throw new FlowException(
          "Comparer %s: expected %d comparisons, one for each pair, found %d"
              .formatted(comparer, questions.size(), replies.size()));
    }
    List<Comparison> comparisons = new ArrayList<>();
    int next = 0;
    for (TracePair pair : pairs) {
      if (isSame(pair)) {
        comparisons.add(new Comparison(Preference.TIE, 1, "both traces are the same"));
      } else {
        comparisons.add(combined(replies.get(next), replies.get(next + 1).swapped()));
        next += 2;
      }
    }
    return List.copyOf(comparisons);
  }

  private static boolean isSame(TracePair pair) {
    return pair.first().equals(pair.second());
  }

  private static Comparison combined(Comparison inOrder, Comparison swapped) {
    String reasons = "in order: " + described(inOrder) + "; swapped: " + described(swapped);
    if (inOrder.preference() == Preference.UNDECIDED
        || swapped.preference() == Preference.UNDECIDED) {
      return Comparison.undecided(reasons);
    }
    return inOrder.preference() == swapped.preference()
        ? new Comparison(
            inOrder.preference(), (inOrder.confidence() + swapped.confidence()) / 2, reasons)
        : new Comparison(Preference.TIE, 0, reasons);
  }

  /** Both orders speak of the first and the second trace of the pair as it was given. */
  private static String described(Comparison comparison) {
    String preference =
        switch (comparison.preference()) {
          case FIRST -> "the first is better";
          case SECOND -> "the second is better";
          case TIE -> "a tie";
          case UNDECIDED -> "undecided";
        };
    return comparison.reason().isEmpty() ? preference : preference + ", " + comparison.reason();
  }
}
