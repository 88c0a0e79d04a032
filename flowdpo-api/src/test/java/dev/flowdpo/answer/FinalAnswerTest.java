package dev.flowdpo.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FinalAnswerTest {
  @ParameterizedTest
  @MethodSource("answers")
  void isFound(String text, String expected) {
    assertThat(FinalAnswer.extract(text).orElse("")).isEqualTo(expected);
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        // the GSM8K mark
        Arguments.of("3 * 4 = 12\n#### 12", "12"),
        Arguments.of("#### 3\nNo.\n####12\n", "12"),
        Arguments.of("#### $1,234.", "1234"),
        Arguments.of("#### 7\nThe answer is 8", "7"),
        Arguments.of("12 - 2 = 10 ####", ""),
        Arguments.of("#### 3.50", "3.50"),
        // boxes
        Arguments.of("so \\boxed{\\frac{1}{2}} it is, with 9 steps", "\\frac{1}{2}"),
        Arguments.of("\\boxed{1} then \\boxed{2}", "2"),
        Arguments.of("\\boxed{1} then \\boxed{2", ""),
        Arguments.of("\\boxed{1} and \\boxed{2}", "1, 2"),
        Arguments.of("\\boxed{1} apples and \\boxed{2} pears", "1, 2"),
        Arguments.of("\\boxed{1} is wrong and \\boxed{2} is right", "2"),
        Arguments.of("$a_1 = \\boxed{1}$ and $a_2 = \\boxed{2}$", "1, 2"),
        Arguments.of("$\\boxed{10,000}$", "10000"),
        Arguments.of("$\\boxed{(1,234)}$", "(1,234)"),
        Arguments.of("\\boxed{} of 3", ""),
        // phrases
        Arguments.of("The answer is 18. Thanks for asking 3 times", "18"),
        Arguments.of("The answer is 3. No, the ANSWER IS: x + 1", "x + 1"),
        Arguments.of("**Final Answer:** 42 apples", "42 apples"),
        Arguments.of("Answer: 3.5", "3.5"),
        Arguments.of("The answer is:\n\n  $18$\n", "18"),
        Arguments.of("Q: 1 + 1?\nA: 2\nthat was 1 step", "2"),
        Arguments.of("It costs 5. The answer is", ""),
        Arguments.of("The answer isn't known, maybe 4 or 5", "5"),
        Arguments.of("The answer is **12**.", "12"),
        // the last number
        Arguments.of("He has 3 and then 10 left.", "10"),
        Arguments.of("It is 5-3", "3"),
        Arguments.of("It is 5 - 3 = -2", "-2"),
        Arguments.of("paid $1,234.50 in all", "1234.50"),
        Arguments.of("half, so 1/2 of it", "1/2"),
        Arguments.of("10 - 12 = -$2", "2"),
        Arguments.of("numbers 1,2,3", "3"),
        // nothing
        Arguments.of("I do not know.", ""),
        Arguments.of("", ""));
  }
}
