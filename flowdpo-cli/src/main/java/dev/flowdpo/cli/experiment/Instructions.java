package dev.flowdpo.cli.experiment;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Instructions whose following can be checked, and no numbers to calculate: write a sentence of so
 * many words at most, with these words, in this form. What an instruction asks is in its problem's
 * attributes. An answer that does all of it is worth 1, one that does part of it up to 0.4.
 * Thread-safe.
 */
record Instructions() implements ProblemSet {
  private static final List<String> TOPICS =
      List.of(
          "a garden",
          "the sea",
          "a train",
          "winter",
          "a market",
          "an old house",
          "a river",
          "the night",
          "a school",
          "bread",
          "a long walk",
          "a storm",
          "music",
          "a small dog",
          "the moon",
          "a bridge",
          "a lost key",
          "a birthday",
          "the forest",
          "a letter");
  private static final List<String> WORDS =
      List.of(
          "green", "slowly", "window", "friend", "stone", "early", "bright", "water", "open",
          "quiet", "under", "never", "little", "silver", "again", "road", "warm", "door", "light",
          "behind");
  private static final List<Integer> LIMITS = List.of(8, 10, 12, 15);

  private static final String LIMIT = "limit";
  private static final String FIRST = "first";
  private static final String SECOND = "second";
  private static final String FORM = "form";
  private static final double PART = 0.4;
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** How a sentence is written. */
  private enum Form {
    CAPITALS("in capital letters only"),
    EXCLAMATION("ending with an exclamation mark"),
    QUESTION("as a question"),
    NO_COMMA("without any comma");

    private final String words;

    Form(String words) {
      this.words = words;
    }

    boolean holds(String text) {
      return switch (this) {
        case CAPITALS -> text.equals(text.toUpperCase(Locale.ROOT));
        case EXCLAMATION -> text.endsWith("!");
        case QUESTION -> text.endsWith("?");
        case NO_COMMA -> !text.contains(",");
      };
    }
  }

  @Override
  public String label() {
    return "instructions";
  }

  @Override
  public List<Problem> learning(long seed, int count) {
    return Ladder.marked(stream(seed).filter(problem -> !isHeldOut(problem)), count);
  }

  @Override
  public List<Problem> heldOut(int count) {
    return stream(-1).filter(Instructions::isHeldOut).distinct().limit(count).toList();
  }

  /** One instruction in five, whatever the seed. */
  private static boolean isHeldOut(Problem problem) {
    return Math.floorMod(problem.question().hashCode(), 5) == 0;
  }

  private static Stream<Problem> stream(long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> instruction(random));
  }

  private static Problem instruction(Random random) {
    List<String> words = new ArrayList<>(WORDS);
    Collections.shuffle(words, random);
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    int limit = LIMITS.get(random.nextInt(LIMITS.size()));
    Form form = Form.values()[random.nextInt(Form.values().length)];
    return Problem.builder(
            "Write one sentence about %s with the words \"%s\" and \"%s\", at most %d words long, %s. Write nothing else."
                .formatted(topic, words.get(0), words.get(1), limit, form.words))
        .attributes(
            Map.of(
                LIMIT,
                Integer.toString(limit),
                FIRST,
                words.get(0),
                SECOND,
                words.get(1),
                FORM,
                form.name()))
        .build();
  }

  @Override
  public Verifier verifier() {
    return Instructions::verify;
  }

  private static Verdict verify(Attempt attempt) {
    Map<String, String> asked = attempt.problem().attributes();
    String text = attempt.answer().strip();
    String small = text.toLowerCase(Locale.ROOT);
    List<String> missed = new ArrayList<>();
    for (String word : List.of(asked.getOrDefault(FIRST, ""), asked.getOrDefault(SECOND, ""))) {
      if (!Pattern.compile("\\b" + word + "\\b").matcher(small).find()) {
        missed.add("the word " + word);
      }
    }
    int length = text.isEmpty() ? 0 : BLANKS.split(text).length;
    if (length < 3 || length > Integer.parseInt(asked.getOrDefault(LIMIT, "0"))) {
      missed.add("the length, " + length + " words");
    }
    Form form = Form.valueOf(asked.getOrDefault(FORM, Form.NO_COMMA.name()));
    if (!form.holds(text) || text.contains("\n")) {
      missed.add("the form, " + form.words);
    }
    return missed.isEmpty()
        ? Verdict.correct("all of it is done")
        : Verdict.reward(PART * (4 - missed.size()) / 4, "missed: " + String.join(", ", missed));
  }
}
