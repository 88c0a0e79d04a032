package dev.flowdpo.runtime.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WordProblemsTest {
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final Set<String> MALE =
      Set.of("Tom", "Dan", "Raj", "Luis", "Finn", "Noah", "Ali", "Theo");

  @Property(tries = 200)
  void theStepsLeadToTheAnswer(@ForAll long seed) {
    for (WordProblem problem : WordProblems.generate(seed, 20)) {
      int value = problem.steps().get(0).left();
      for (Step step : problem.steps()) {
        assertThat(step.left()).isEqualTo(value);
        value =
            switch (step.operator()) {
              case '+' -> value + step.right();
              case '-' -> value - step.right();
              case '*' -> value * step.right();
              default -> value / step.right();
            };
      }
      assertThat(problem.answer()).isEqualTo(value);
      assertThat(problem.steps()).hasSizeBetween(1, 4);
    }
  }

  @Property(tries = 200)
  void everyQuantityIsSmallAndPositive(@ForAll long seed, @ForAll boolean wide) {
    ProblemMix mix = wide ? ProblemMix.WIDE : ProblemMix.STANDARD;
    WordProblems.stream(seed, mix)
        .limit(20)
        .flatMap(problem -> problem.steps().stream())
        .forEach(
            step -> {
              assertThat(step.left()).isBetween(1, mix.maxValue());
              assertThat(step.right()).isBetween(2, Math.max(mix.maxOperand(), mix.maxFactor()));
              assertThat(step.result()).isBetween(1, mix.maxValue());
              if (step.operator() == '/') {
                assertThat(step.left() % step.right()).isZero();
              }
            });
  }

  @Property(tries = 200)
  void theQuestionIsWholeAndItsNumbersAreThoseOfTheSteps(@ForAll long seed) {
    for (WordProblem problem : WordProblems.generate(seed, 20)) {
      assertThat(problem.question()).endsWith("?").doesNotContain("{").doesNotContain("  ");
      List<Integer> numbers =
          NUMBER
              .matcher(problem.question())
              .results()
              .map(match -> Integer.parseInt(match.group()))
              .toList();
      assertThat(numbers).contains(problem.steps().get(0).left());
      for (Step step : problem.steps()) {
        boolean worded = Pattern.compile("half|twice|doubles").matcher(problem.question()).find();
        assertThat(numbers.contains(step.right()) || step.right() == 2 && worded)
            .as("%s in %s", step, problem.question())
            .isTrue();
      }
      // At most one number, the distractor's, does not belong to the steps.
      assertThat(numbers.size()).isLessThanOrEqualTo(problem.steps().size() + 2);
    }
  }

  @Property(tries = 200)
  void pronounsHaveOneReading(@ForAll long seed) {
    for (WordProblem problem : WordProblems.generate(seed, 20)) {
      boolean he = Pattern.compile("\\b([Hh]e|him|his)\\b").matcher(problem.question()).find();
      boolean she = Pattern.compile("\\b([Ss]he|her)\\b").matcher(problem.question()).find();
      assertThat(he && she).as(problem.question()).isFalse();
      if (he || she) {
        // Only the third person, who comes with no pronoun after, may share the gender.
        long sameGender =
            Person.ALL.stream()
                .filter(person -> problem.question().contains(person.name() + " "))
                .filter(person -> MALE.contains(person.name()) == he)
                .count();
        assertThat(sameGender).as(problem.question()).isBetween(1L, 2L);
      }
    }
  }

  @Property(tries = 50)
  void aSeedAlwaysGivesTheSameProblems(@ForAll long seed) {
    assertThat(WordProblems.generate(seed, 30)).isEqualTo(WordProblems.generate(seed, 30));
    assertThat(WordProblems.generate(seed, 30))
        .startsWith(WordProblems.generate(seed, 10).toArray(WordProblem[]::new));
  }

  @Property(tries = 50)
  void noStreamProducesAHeldOutQuestion(@ForAll long seed) {
    assertThat(WordProblems.learning(seed).limit(100))
        .noneMatch(problem -> WordProblems.isHeldOut(problem.question()));
    assertThat(WordProblems.training(seed, ProblemMix.WIDE).limit(100))
        .noneMatch(problem -> WordProblems.isHeldOut(problem.question()));
  }

  @Example
  void theHeldOutSetIsFixedAndDistinct() {
    List<WordProblem> heldOut = WordProblems.heldOut(500);
    assertThat(heldOut).hasSize(500).doesNotHaveDuplicates();
    assertThat(heldOut).allMatch(problem -> WordProblems.isHeldOut(problem.question()));
    assertThat(heldOut).startsWith(WordProblems.heldOut(50).toArray(WordProblem[]::new));
    // Pins the set: figures measured on it stay comparable only while this holds.
    assertThat(heldOut.get(0).question())
        .isEqualTo(
            "Ines starts the day with 19 apples. Then the number of her apples doubles. How many"
                + " apples does Ines have in the end?");
  }

  @Example
  void learningAndTrainingDrawDifferentProblems() {
    Set<String> training = new HashSet<>();
    WordProblems.training(1, ProblemMix.STANDARD)
        .limit(2000)
        .forEach(p -> training.add(p.question()));
    long shared =
        WordProblems.learning(1).limit(2000).filter(p -> training.contains(p.question())).count();
    assertThat(shared).isLessThan(20);
  }

  @Example
  void theMixIsKept() {
    List<WordProblem> problems = WordProblems.generate(7, 20_000);
    for (int steps = 1; steps <= 4; steps++) {
      int count = steps;
      long found = problems.stream().filter(p -> p.steps().size() == count).count();
      assertThat(found / 20_000.0)
          .isCloseTo(ProblemMix.STANDARD.stepShares().get(steps - 1), within(0.015));
    }
    Pattern distractor = Pattern.compile("years old|miles|in house|minutes");
    long distracted =
        problems.stream().filter(p -> distractor.matcher(p.question()).find()).count();
    assertThat(distracted / 20_000.0).isCloseTo(0.12, within(0.015));
  }

  @Example
  void theReadmeQuestionIsOneOfTheShapes() {
    Pattern shape =
        Pattern.compile(
            "(\\w+) has (\\d+) (bags|boxes|baskets|trays) with (\\d+) (\\w+) each\\."
                + " (He|She) eats (\\d+)\\. How many \\5 are left\\?");
    Matcher matcher =
        WordProblems.stream(3)
            .map(problem -> shape.matcher(problem.question()))
            .filter(Matcher::matches)
            .findFirst()
            .orElseThrow();
    assertThat(matcher.group(6)).isEqualTo(MALE.contains(matcher.group(1)) ? "He" : "She");
  }

  @Example
  void aProblemCarriesItsSolution() {
    WordProblem problem =
        new WordProblem("How?", List.of(Step.of(3, '*', 4), Step.of(12, '-', 2)), 10);
    assertThat(SolutionStyle.STEPS.write(problem)).isEqualTo("3*4=12\n12-2=10\n#### 10");
    assertThat(SolutionStyle.COMBINED.write(problem)).isEqualTo("3*4-2=10\n#### 10");
    assertThat(SolutionStyle.DIRECT.write(problem)).isEqualTo("#### 10");
    Problem asked = problem.toProblem();
    assertThat(asked.question()).isEqualTo("How?");
    assertThat(asked.answer()).contains("10");
    assertThat(asked.id()).isEqualTo(Problem.of("How?").id());
    assertThat(asked.attributes())
        .containsEntry("steps", "2")
        .containsEntry("solution", "3*4=12\n12-2=10\n#### 10");
  }

  @Example
  void wrongArithmeticIsRefused() {
    assertThatThrownBy(() -> new Step(3, '+', 4, 8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("Step 3+4 is 7, found the result 8.");
    assertThatThrownBy(() -> Step.of(7, '/', 2)).hasMessageContaining("7/2 does not divide");
    assertThatThrownBy(() -> Step.of(7, '%', 2)).hasMessageContaining("found '%'");
    assertThatThrownBy(() -> new WordProblem("How?", List.of(Step.of(1, '+', 1)), 3))
        .hasMessageContaining("must be 2");
    assertThatThrownBy(
            () -> new WordProblem("How?", List.of(Step.of(1, '+', 1), Step.of(3, '+', 1)), 4))
        .hasMessageContaining("Step 2 must begin with 2");
    assertThatThrownBy(() -> new ProblemMix(List.of(0.5, 0.4), 0, 0, 40, 10, 8))
        .hasMessageContaining("must sum to 1");
    assertThatThrownBy(() -> new ProblemMix(List.of(1.0), 0, 0, 140, 10, 8))
        .hasMessageContaining("maxValue must be in 20..99, found 140");
  }
}
