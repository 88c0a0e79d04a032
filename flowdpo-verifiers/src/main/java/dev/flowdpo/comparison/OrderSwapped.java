package dev.flowdpo.comparison;

import dev.flowdpo.error.FlowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Asks a judge about each pair in both orders, which cancels a bias towards a position. All
 * questions go to the judge as one batch.
 *
 * <ul>
 *   <li>Where both orders agree, that is the judgement, with the mean of the confidences.
 *   <li>Where they disagree, also where only one is a tie, it is a tie with confidence 0.
 *   <li>Where one is undecided, so is the whole: half an answer may be all bias.
 *   <li>Two traces with the same text are a tie, and the judge is not asked.
 * </ul>
 *
 * <p>The reasons of both orders are kept. Thread-safe if the judge is.
 */
public final class OrderSwapped implements TraceComparer {
  private final TraceComparer judge;

  /**
   * Creates a judge that asks another one twice.
   *
   * @param judge the judge to ask
   */
  public OrderSwapped(TraceComparer judge) {
    this.judge = Objects.requireNonNull(judge, "judge");
  }

  @Override
  public List<Judgement> compare(List<TracePair> pairs) {
    List<TracePair> questions = new ArrayList<>();
    for (TracePair pair : pairs) {
      if (!isSame(pair)) {
        questions.add(pair);
        questions.add(pair.swapped());
      }
    }
    List<Judgement> replies = questions.isEmpty() ? List.of() : judge.compare(questions);
    if (replies.size() != questions.size()) {
      throw new FlowException(
          "Judge %s: expected %d judgements, one for each pair, found %d"
              .formatted(judge, questions.size(), replies.size()));
    }
    List<Judgement> judgements = new ArrayList<>();
    int next = 0;
    for (TracePair pair : pairs) {
      if (isSame(pair)) {
        judgements.add(new Judgement(Preference.TIE, 1, "both traces are the same"));
      } else {
        judgements.add(combined(replies.get(next), replies.get(next + 1).swapped()));
        next += 2;
      }
    }
    return List.copyOf(judgements);
  }

  private static boolean isSame(TracePair pair) {
    return pair.first().equals(pair.second());
  }

  private static Judgement combined(Judgement inOrder, Judgement swapped) {
    String reasons = "in order: " + described(inOrder) + "; swapped: " + described(swapped);
    if (inOrder.preference() == Preference.UNDECIDED
        || swapped.preference() == Preference.UNDECIDED) {
      return Judgement.undecided(reasons);
    }
    return inOrder.preference() == swapped.preference()
        ? new Judgement(
            inOrder.preference(), (inOrder.confidence() + swapped.confidence()) / 2, reasons)
        : new Judgement(Preference.TIE, 0, reasons);
  }

  /** Both orders speak of the first and the second trace of the pair as it was given. */
  private static String described(Judgement judgement) {
    String preference =
        switch (judgement.preference()) {
          case FIRST -> "the first is better";
          case SECOND -> "the second is better";
          case TIE -> "a tie";
          case UNDECIDED -> "undecided";
        };
    return judgement.reason().isEmpty() ? preference : preference + ", " + judgement.reason();
  }
}
