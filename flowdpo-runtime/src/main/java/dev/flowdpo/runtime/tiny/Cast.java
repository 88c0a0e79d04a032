package dev.flowdpo.runtime.tiny;

import java.util.List;
import java.util.SplittableRandom;

/**
 * The people and nouns of one story. The friend is never of the main person's gender, so "he" and
 * "she" always have one reading.
 *
 * @param main the person whose things are counted
 * @param friend the person that gives and takes
 * @param other a third person, who occurs only at the end
 * @param kind what the counted noun is
 * @param things the counted noun, plural
 * @param goods a noun, plural, that money is earned with
 * @param container what things are kept in
 */
record Cast(
    Person main,
    Person friend,
    Person other,
    Kind kind,
    String things,
    String goods,
    Container container) {

  private static final List<String> FOOD =
      List.of("apples", "pears", "plums", "nuts", "cakes", "rolls");
  private static final List<String> KEEPSAKES =
      List.of(
          "books", "balls", "beads", "cards", "stamps", "stones", "shells", "pens", "toys", "caps");
  private static final List<Container> CONTAINERS =
      List.of(
          new Container("box", "boxes"),
          new Container("bag", "bags"),
          new Container("tray", "trays"),
          new Container("basket", "baskets"));
  private static final List<Double> KIND_SHARES = List.of(0.36, 0.44, 0.20);

  /** A container's singular and plural. */
  record Container(String one, String many) {}

  static Cast draw(SplittableRandom random) {
    Person main = pick(Person.ALL, random);
    Person friend;
    do {
      friend = pick(Person.ALL, random);
    } while (friend.male() == main.male());
    Person other;
    do {
      other = pick(Person.ALL, random);
    } while (other.equals(main) || other.equals(friend));
    Kind kind = Kind.values()[Shares.draw(KIND_SHARES, random)];
    String things =
        switch (kind) {
          case FOOD -> pick(FOOD, random);
          case KEEPSAKE -> pick(KEEPSAKES, random);
          case MONEY -> "dollars";
        };
    String goods = pick(random.nextBoolean() ? FOOD : KEEPSAKES, random);
    return new Cast(main, friend, other, kind, things, goods, pick(CONTAINERS, random));
  }

  /** Returns the template's sentence with this cast and the numbers {@code m} and {@code n}. */
  String fill(Template template, int m, int n) {
    String text = template.text();
    StringBuilder sentence = new StringBuilder(text.length() + 16);
    int from = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
      int close = text.indexOf('}', open);
      sentence.append(text, from, open).append(word(text.substring(open + 1, close), m, n));
      from = close + 1;
    }
    return sentence.append(text, from, text.length()).toString();
  }

  private String word(String placeholder, int m, int n) {
    return switch (placeholder) {
      case "A" -> main.name();
      case "B" -> friend.name();
      case "C" -> other.name();
      case "he" -> main.subject();
      case "He" -> main.subjectCapital();
      case "him" -> main.object();
      case "his" -> main.possessive();
      case "things" -> things;
      case "goods" -> goods;
      case "box" -> container.one();
      case "boxes" -> container.many();
      case "m" -> Integer.toString(m);
      case "n" -> Integer.toString(n);
      default -> throw new IllegalStateException("Unknown placeholder {" + placeholder + "}.");
    };
  }

  static <T> T pick(List<T> choices, SplittableRandom random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
