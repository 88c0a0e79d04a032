package dev.flowdpo.runtime.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Problems in which somebody else's things seem to matter. */
class MisleadingProblemsTest {
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final String NAMES =
      Person.ALL.stream().map(Person::name).collect(Collectors.joining("|"));

  /** A sentence, never the first, that says what a person by name gets or loses. */
  private static final Pattern MISLEADING =
      Pattern.compile(
          " (?:Then )?(?:"
              + NAMES
              + ") (?:buys|brings|finds|wins|loses|gets|earns|spends) (\\d+) \\w+"
              + "(?: to school| in a game)?\\.(?= )");

  @Example
  void theStandardStreamIsAsItWasBeforeThereWereMisleadingProblems() {
    assertThat(WordProblems.learning(0).limit(3))
        .extracting(WordProblem::question)
        .containsExactly(
            "Nora puts 10 beads into 2 equal piles and keeps one pile. She wins 5 beads in a game."
                + " She shares her beads equally among 5 friends. How many beads does each friend"
                + " get?",
            "Noah puts 18 balls into 3 equal piles and keeps one pile. Then he loses 3 balls. How"
                + " many balls does Noah have now?",
            "In the morning Luis has 19 nuts. Nora takes 2 of his nuts. The next day he gets 7"
                + " more nuts. How many nuts does he have now?");
    assertThat(WordProblems.heldOut(400).get(399).question())
        .isEqualTo(
            "Noah brings 4 pens to school. Noah is 15 years old. Then 2 of his pens get lost. Ana"
                + " gives him 2 more pens. How many pens does he have now?");
    assertThat(WordProblems.generate(42, 2000))
        .noneMatch(problem -> misleading(problem).isPresent());
  }

  @Property(tries = 200)
  void withoutTheMisleadingSentenceTheProblemIsWholeAndItsAnswerRight(@ForAll long seed) {
    WordProblems.stream(seed, ProblemMix.MISLEADING)
        .limit(20)
        .forEach(
            problem -> {
              String question = MISLEADING.matcher(problem.question()).replaceFirst("");
              assertThat(misleading(question)).as(problem.question()).isEmpty();
              assertThat(question).endsWith("?").doesNotContain("{").doesNotContain("  ");
              List<Integer> numbers = numbers(question);
              assertThat(numbers).contains(problem.steps().get(0).left());
              boolean worded = Pattern.compile("half|twice|doubles").matcher(question).find();
              for (Step step : problem.steps()) {
                assertThat(numbers.contains(step.right()) || step.right() == 2 && worded)
                    .as("%s in %s", step, question)
                    .isTrue();
              }
              // What is left are the numbers of the steps and at most that of a harmless
              // distractor.
              assertThat(numbers.size()).isLessThanOrEqualTo(problem.steps().size() + 2);
            });
  }

  @Property(tries = 200)
  void itIsAboutTheFriendWhoSharesNoPronounWithTheMainPerson(@ForAll long seed) {
    WordProblems.stream(seed, ProblemMix.MISLEADING)
        .limit(20)
        .forEach(
            problem ->
                misleading(problem)
                    .ifPresent(
                        sentence -> {
                          Person friend =
                              Person.ALL.stream()
                                  .filter(person -> sentence.contains(person.name() + " "))
                                  .findFirst()
                                  .orElseThrow();
                          String own = friend.male() ? "[Hh]e|him|his" : "[Ss]he|her";
                          assertThat(
                                  Pattern.compile("\\b(" + own + ")\\b")
                                      .matcher(problem.question())
                                      .find())
                              .as(problem.question())
                              .isFalse();
                        }));
  }

  @Example
  void threeOfFourMislead() {
    List<WordProblem> problems =
        WordProblems.stream(7, ProblemMix.MISLEADING).limit(20_000).toList();
    long found = problems.stream().filter(problem -> misleading(problem).isPresent()).count();
    assertThat(found / 20_000.0).isCloseTo(0.75, within(0.015));
    for (int steps = 1; steps <= 4; steps++) {
      int count = steps;
      long share = problems.stream().filter(problem -> problem.steps().size() == count).count();
      assertThat(share / 20_000.0)
          .isCloseTo(ProblemMix.STANDARD.stepShares().get(steps - 1), within(0.015));
    }
  }

  @Example
  void itsNumberIsThatOfAStepOnlyByCoincidence() {
    int sentences = 0;
    int coincidences = 0;
    for (WordProblem problem :
        WordProblems.learning(3, ProblemMix.MISLEADING).limit(4000).toList()) {
      Optional<String> sentence = misleading(problem);
      if (sentence.isPresent()) {
        sentences++;
        int number = numbers(sentence.get()).get(0);
        assertThat(number).isBetween(2, ProblemMix.MISLEADING.maxOperand());
        coincidences +=
            problem.steps().stream().anyMatch(s -> s.left() == number || s.right() == number)
                ? 1
                : 0;
      }
    }
    // Two or three operands of nine likely values: far below the share if they were connected.
    assertThat((double) coincidences / sentences).isLessThan(0.5);
  }

  @Example
  void learningHeldOutAndStandardProblemsHaveNoQuestionInCommon() {
    Set<String> heldOut = new HashSet<>();
    WordProblems.heldOut(500, ProblemMix.MISLEADING).forEach(p -> heldOut.add(p.question()));
    assertThat(heldOut).hasSize(500).allMatch(WordProblems::isHeldOut);
    for (long seed = 0; seed < 5; seed++) {
      assertThat(WordProblems.learning(seed, ProblemMix.MISLEADING).limit(1000))
          .noneMatch(problem -> heldOut.contains(problem.question()))
          .noneMatch(problem -> WordProblems.isHeldOut(problem.question()));
      assertThat(WordProblems.learning(seed).limit(1000))
          .noneMatch(problem -> heldOut.contains(problem.question()));
    }
    assertThat(WordProblems.heldOut(50, ProblemMix.MISLEADING))
        .isEqualTo(WordProblems.heldOut(500, ProblemMix.MISLEADING).subList(0, 50));
  }

  @Property(tries = 50)
  void aSeedAlwaysGivesTheSameProblems(@ForAll long seed) {
    assertThat(WordProblems.learning(seed, ProblemMix.MISLEADING).limit(20).toList())
        .isEqualTo(WordProblems.learning(seed, ProblemMix.MISLEADING).limit(20).toList());
  }

  @Example
  void aShareOutsideZeroToOneIsRefused() {
    assertThatThrownBy(() -> new ProblemMix(List.of(1.0), 0, 1.5, 40, 10, 8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("misleadingShare")
        .hasMessageContaining("1.5");
  }

  private static Optional<String> misleading(WordProblem problem) {
    return misleading(problem.question());
  }

  private static Optional<String> misleading(String question) {
    Matcher matcher = MISLEADING.matcher(question);
    return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
  }

  private static List<Integer> numbers(String text) {
    return NUMBER.matcher(text).results().map(match -> Integer.parseInt(match.group())).toList();
  }
}
