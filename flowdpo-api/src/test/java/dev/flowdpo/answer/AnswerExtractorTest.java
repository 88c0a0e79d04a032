package dev.flowdpo.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerExtractorTest {
  private static final AnswerExtractor MARKED = AnswerExtractor.marked();

  @ParameterizedTest
  @MethodSource("marks")
  void findsTheAnswerAndNamesTheRule(AnswerRule rule, String solution, String expected) {
    assertThat(MARKED.extract(solution)).contains(new ExtractedAnswer(expected, rule));
  }

  static Stream<Arguments> marks() {
    return Stream.of(
        // #### N
        Arguments.of(AnswerRule.HASH_MARK, "3 * 4 = <<3*4=12>>12\n#### 12", "12"),
        Arguments.of(AnswerRule.HASH_MARK, "#### 12\nthat is all", "12"),
        Arguments.of(AnswerRule.HASH_MARK, "####-1,234.50 \n", "-1,234.50"),
        Arguments.of(AnswerRule.HASH_MARK, "#### 3\nNo, wait.\n#### 4", "4"),
        Arguments.of(AnswerRule.HASH_MARK, "#### Step 1\nAdd.\n#### Answer\n#### x + 1", "x + 1"),
        // A: x at the start of a line
        Arguments.of(AnswerRule.ANSWER_PHRASE, "7 + 7 = 14\nA: 14", "14"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "Q: 1 + 1?\n  A: 2\n", "2"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "A: 13\nNo.\nA: 14", "14"),
        // Answer: x, the answer is x
        Arguments.of(AnswerRule.ANSWER_PHRASE, "Answer: 3.5", "3.5"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "**Answer:** 3.5", "3.5"),
        Arguments.of(
            AnswerRule.ANSWER_PHRASE, "So the answer is $\\frac{1}{2}$.", "$\\frac{1}{2}$"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "The answer is 18. That took 3 steps.", "18"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "The answer is therefore 18", "18"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "the ANSWER = 18", "18"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "The answer is 3. No, the answer is 4.", "4"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "The answer is 3.14", "3.14"),
        Arguments.of(AnswerRule.ANSWER_PHRASE, "The answer is:\n\\[\n x + 1 \n\\]", "x + 1"),
        Arguments.of(AnswerRule.FINAL_ANSWER, "Final Answer: 42 apples", "42 apples"),
        Arguments.of(
            AnswerRule.FINAL_ANSWER, "The final answer is $5$. I hope it is correct.", "$5$"),
        // boxes
        Arguments.of(AnswerRule.BOX, "so $\\boxed{\\frac{1}{2}}$ it is", "\\frac{1}{2}"),
        Arguments.of(AnswerRule.BOX, "\\fbox{7}", "7"),
        Arguments.of(AnswerRule.BOX, "\\boxed{1} and later, after more work, \\boxed{2}", "2"),
        Arguments.of(AnswerRule.BOX, "\\boxed{\\{1,2\\}}", "\\{1,2\\}"),
        Arguments.of(AnswerRule.BOX, "\\boxed{\\text{a } \\{ b}", "\\text{a } \\{ b"),
        Arguments.of(AnswerRule.BOX, "\\boxed 5", "5"),
        Arguments.of(AnswerRule.BOX, "\\boxed{ x^{2^{3}} }", "x^{2^{3}}"),
        Arguments.of(AnswerRule.BOX, "$\\boxed{2}$ and $\\boxed{3}$", "2, 3"));
  }

  @ParameterizedTest
  @MethodSource("precedences")
  void theStrongestMarkThenTheLastDecides(AnswerRule rule, String solution, String expected) {
    assertThat(MARKED.extract(solution)).contains(new ExtractedAnswer(expected, rule));
  }

  static Stream<Arguments> precedences() {
    return Stream.of(
        Arguments.of(AnswerRule.HASH_MARK, "#### 7\nThe answer is 8", "7"),
        Arguments.of(AnswerRule.BOX, "\\boxed{7}. So the answer is 8", "7"),
        Arguments.of(AnswerRule.BOX, "#### 6\nIn short: \\boxed{7}", "7"),
        Arguments.of(AnswerRule.HASH_MARK, "It is \\boxed{7}\n#### 6", "6"),
        Arguments.of(AnswerRule.FINAL_ANSWER, "\\boxed{7}? No. Final answer: 8", "8"),
        Arguments.of(AnswerRule.BOX, "The final answer is $\\boxed{8}$.", "8"),
        Arguments.of(AnswerRule.FINAL_ANSWER, "Final answer: 7. The answer is 8.", "7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   \n",
        "I do not know.",
        "He has 3 and then 10 left.",
        "12 - 2 = 10 ####",
        "3 * 4 = 12\n#### ",
        "so it is \\boxed{12",
        "\\boxed{1}, or rather \\boxed{\\frac{1}{2}",
        "It costs 5. The answer is",
        "It costs 5.\nA:",
        "It costs 5. Final answer:",
        "\\boxed{}"
      })
  void aSolutionThatWasCutOffOrHasNoMarkHasNoAnswer(String solution) {
    assertThat(MARKED.extract(solution)).isEmpty();
  }

  @Test
  void theLastBoxAloneIsTakenWhateverTheTextSays() {
    String solution = "$\\boxed{1}$, $\\boxed{\\frac{1}{2}}$. The final answer is 7.\n#### 8";
    assertThat(AnswerExtractor.boxed().extract(solution))
        .contains(new ExtractedAnswer("\\frac{1}{2}", AnswerRule.BOX));
    assertThat(AnswerExtractor.boxed().extract("\\boxed{1} and \\boxed{2")).isEmpty();
    assertThat(AnswerExtractor.boxed().extract("#### 8")).isEmpty();
  }

  @Test
  void theLastNumberIsAFallBackThatMustBeAskedFor() {
    AnswerExtractor extractor = MARKED.orLastNumber();
    assertThat(extractor.extract("He has 3 and then 1,250.5 left."))
        .contains(new ExtractedAnswer("1,250.5", AnswerRule.LAST_NUMBER));
    assertThat(extractor.extract("5 - 12 = -7, below zero"))
        .contains(new ExtractedAnswer("-7", AnswerRule.LAST_NUMBER));
    assertThat(extractor.extract("The answer is 4, after 9 steps"))
        .map(ExtractedAnswer::rule)
        .contains(AnswerRule.ANSWER_PHRASE);
    assertThat(extractor.extract("no number")).isEmpty();
    // A mark with nothing after it was cut off: earlier numbers are no answer.
    assertThat(extractor.extract("It costs 5. The answer is")).isEmpty();
    assertThat(extractor.extract("It costs 5: \\boxed{")).isEmpty();
  }

  @Test
  void theWholeTextIsTakenWhereAskedFor() {
    assertThat(AnswerExtractor.wholeText().extract(" a\n\\boxed{1} "))
        .contains(new ExtractedAnswer("a\n\\boxed{1}", AnswerRule.WHOLE_TEXT));
    assertThat(AnswerExtractor.wholeText().extract(" ")).isEmpty();
  }

  @Test
  void rulesHaveLabelsOfTheirOwn() {
    assertThat(Stream.of(AnswerRule.values()).map(AnswerRule::label))
        .doesNotHaveDuplicates()
        .contains("####", "boxed", "final answer", "answer phrase", "last number");
  }

  /** Ten seconds are a guard against work that grows faster than the text, not a measurement. */
  @Test
  void endsOnMegabytesOfMarks() {
    AnswerExtractor extractor = MARKED.orLastNumber();
    for (String mark :
        List.of(
            "####",
            "#### ",
            "\\boxed{",
            "\\boxed{1}",
            "{",
            "answer is ",
            "final answer ",
            "A:",
            "\n",
            "* ",
            "$",
            "1,",
            "1,234",
            "9",
            "\\\\",
            ". ",
            " and ",
            "\\boxed{1} and ")) {
      String text = mark.repeat(300_000 / mark.length());
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(10), () -> extractor.extract(text), "repeated " + mark);
    }
  }
}
