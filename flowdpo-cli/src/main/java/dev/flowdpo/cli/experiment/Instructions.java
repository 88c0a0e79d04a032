package dev.flowdpo.cli.experiment;

import com.google.common.base.Splitter;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Instructions whose following can be checked, and no numbers to calculate: write a sentence of so
 * many words at most, with these words, in this form. What an instruction asks is in its problem's
 * attributes. An answer that does all of it is worth 1, one that does part of it up to 0.4.
 * Thread-safe.
 *
 * @param label the set's name
 * @param words how many words the sentence has to have in it, one or two
 * @param limits one of these is the most words of the sentence
 * @param forms one of these is its form
 */
record Instructions(String label, int words, List<Integer> limits, List<Form> forms)
    implements ProblemSet {
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
  private static final String LIMIT = "limit";
  private static final String ASKED = "words";
  private static final String FORM = "form";
  private static final double PART = 0.4;

  /** What only a sentence about the instruction has in it. */
  private static final Pattern ECHO =
      Pattern.compile("\"\\w+\"|\\bwords?\\b|\\bcommas?\\b|exclamation|full stop");

  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** How a sentence is written. */
  enum Form {
    CAPITALS("in capital letters only"),
    EXCLAMATION("ending with an exclamation mark"),
    QUESTION("as a question"),
    FULL_STOP("ending with a full stop"),
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
        case FULL_STOP -> text.endsWith(".");
        case NO_COMMA -> !text.contains(",");
      };
    }
  }

  /** Returns those that ask for two words and any form. */
  static Instructions demanding() {
    return new Instructions(
        "instructions",
        2,
        List.of(8, 10, 12, 15),
        List.of(Form.CAPITALS, Form.EXCLAMATION, Form.QUESTION, Form.NO_COMMA));
  }

  /** Returns those that ask for one word and leave more room. */
  static Instructions lenient() {
    return new Instructions(
        "sentences", 1, List.of(20, 25, 30), List.of(Form.NO_COMMA, Form.FULL_STOP));
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

  private Stream<Problem> stream(long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> instruction(random));
  }

  private Problem instruction(Random random) {
    List<String> shuffled = new ArrayList<>(WORDS);
    Collections.shuffle(shuffled, random);
    List<String> asked = shuffled.subList(0, words);
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    int limit = limits.get(random.nextInt(limits.size()));
    Form form = forms.get(random.nextInt(forms.size()));
    String quoted =
        asked.stream().map(word -> '"' + word + '"').collect(Collectors.joining(" and "));
    return Problem.builder(
            "Write one sentence about %s with the word%s %s, at most %d words long, %s. Write nothing else."
                .formatted(topic, words == 1 ? "" : "s", quoted, limit, form.words))
        .attributes(
            Map.of(
                LIMIT, Integer.toString(limit), ASKED, String.join(" ", asked), FORM, form.name()))
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
    List<String> words = Splitter.on(' ').splitToList(asked.getOrDefault(ASKED, ""));
    for (String word : words) {
      if (!Pattern.compile("\\b" + word + "\\b").matcher(small).find()) {
        missed.add("the word " + word);
      }
    }
    int length = text.isEmpty() ? 0 : BLANKS.split(text).length;
    if (length < 3 || length > Integer.parseInt(asked.getOrDefault(LIMIT, "0"))) {
      missed.add("the length, " + length + " words");
    }
    if (ECHO.matcher(small).find()) {
      missed.add("a sentence of its own, this one repeats the instruction");
    }
    Form form = Form.valueOf(asked.getOrDefault(FORM, Form.NO_COMMA.name()));
    if (!form.holds(text) || text.contains("\n")) {
      missed.add("the form, " + form.words);
    }
    return missed.isEmpty()
        ? Verdict.correct("all of it is done")
        : Verdict.reward(
            PART * (words.size() + 3 - missed.size()) / (words.size() + 3),
            "missed: " + String.join(", ", missed));
  }
}
