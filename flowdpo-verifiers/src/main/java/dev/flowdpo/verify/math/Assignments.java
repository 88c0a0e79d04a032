package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Labels.Named;
import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Solutions of several variables written out: "a = 2, b = 3; a = 5, b = 7". */
final class Assignments {
  private Assignments() {}

  /**
   * Returns such a list as one of tuples.
   *
   * @param marks what separates each item from the next, ";" between the solutions
   * @return empty where the items are not the same names, in the same order, over and over
   */
  static Optional<Node> grouped(List<Node> items, List<String> marks) {
    int size = marks.indexOf(";") + 1;
    if (size < 2 || items.size() % size != 0 || items.size() == size) {
      return Optional.empty();
    }
    List<Node> names = new ArrayList<>();
    List<Node> values = new ArrayList<>();
    List<Node> tuples = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      boolean ends = (i + 1) % size == 0;
      boolean separated = i == marks.size() || marks.get(i).equals(";") == ends;
      Optional<Named> named = Labels.named(items.get(i));
      if (!separated || named.isEmpty()) {
        return Optional.empty();
      }
      names.add(named.get().name());
      values.add(named.get().value());
      if (!names.get(i).equals(names.get(i % size))) {
        return Optional.empty();
      }
      if (ends) {
        tuples.add(new Bracket('(', ')', List.copyOf(values)));
        values.clear();
      }
    }
    return Optional.of(new Listing(List.copyOf(tuples)));
  }
}
