package dev.flowdpo.verify.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Answers made to break a comparison: each is judged, and within the budget. */
class HostileAnswersTest {

  /** Work is paid for before it is done: what is too much leaves a debt, and is left undone. */
  private static final long LARGEST_STEP = 100_000_000;

  static Map<String, String> hostile() {
    Map<String, String> answers = new LinkedHashMap<>();
    for (String piece :
        new String[] {
          "{",
          "}",
          "(",
          "[",
          "\\{",
          "\\left(",
          "|",
          "\\frac{",
          "\\sqrt{",
          "\\sqrt",
          "-",
          "+",
          "^",
          "_",
          "x^",
          "9^{",
          "1/",
          "1,",
          ",",
          "$",
          "\\boxed{",
          "####",
          "\\text{",
          "\\begin{pmatrix}",
          "\\\\",
          "&",
          "!",
          "'",
          "%",
          "\\pm",
          "5!",
          "°",
          "1:",
          "=",
          "x=",
          "<",
          "\\cup[",
          "\\sin ",
          "answer is ",
          "=5",
          "\\log_",
          "½",
          "²",
          "1e",
          ".",
          "\\overline{",
          "1\\frac{2}{",
          "2^",
          "^\\circ",
          "9^{9^{",
          "(2x)^{",
          "and ",
          " ",
          "\0",
          "\uD800"
        }) {
      answers.put("100,000 times " + printable(piece), piece.repeat(100_000));
      answers.put("90 times " + printable(piece), piece.repeat(90));
    }
    answers.put("a megabyte of digits", "7".repeat(1_000_000));
    answers.put("a megabyte of terms", "x+1".repeat(333_333));
    answers.put("9,000 digits", "7".repeat(9_000));
    answers.put("5,000 terms", "x+".repeat(4_900) + "1");
    answers.put("a list of 4,000 numbers", "1,2,".repeat(1_000) + "3");
    for (int levels : new int[] {3, 10, 40, 10_000}) {
      String level = " of " + levels + " levels";
      answers.put("a tower" + level, "9^{".repeat(levels) + "9" + "}".repeat(levels));
      answers.put("a tower to the left" + level, "(".repeat(levels) + "2" + "^2)".repeat(levels));
      answers.put("a tower of sums" + level, "(".repeat(levels) + "x+1" + ")^2".repeat(levels));
      answers.put(
          "a tower of roots" + level, "2^{\\frac12+".repeat(levels) + "2" + "}".repeat(levels));
      answers.put(
          "a tower of products" + level, "(6xy)^{".repeat(levels) + "2" + "}".repeat(levels));
      answers.put(
          "a continued fraction" + level, "1/(x+".repeat(levels) + "1" + ")".repeat(levels));
      answers.put("mixed numbers" + level, "1\\frac{2}{".repeat(levels) + "3" + "}".repeat(levels));
      answers.put("factorials" + level, "(".repeat(levels) + "3" + ")!".repeat(levels));
      answers.put("sums of sums" + level, "\\sum_{k=1}^{400}".repeat(levels) + "k");
      answers.put(
          "powers of a matrix" + level,
          "(".repeat(levels) + "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}" + ")^{8}".repeat(levels));
    }
    answers.put("ten megabytes of digits", "7".repeat(10_000_000));
    answers.put("a closed nest", "(".repeat(4_000) + "x" + ")".repeat(4_000));
    answers.put("a closed nest of braces", "{".repeat(100_000) + "x" + "}".repeat(100_000));
    answers.put("a nest of roots", "\\sqrt{1+".repeat(50) + "1" + "}".repeat(50));
    answers.put("a nest of fractions", "\\frac{1}{1+".repeat(55) + "x" + "}".repeat(55));
    answers.put("a nest of powers", "((((((((x+1)^9)^9)^9)^9)^9)^9)^9)^9");
    answers.put("both signs twenty times", "\\pm 1".repeat(20));
    answers.put("both signs in a list", "\\pm 1, ".repeat(300) + "2");
    for (String formula :
        new String[] {
          "9^{9^{9^9}}",
          "9^9^9^9^9^9",
          "10^{10^{10}}",
          "10^{-10^{10}}",
          "1e999999999",
          "1e-999999999",
          "2^{1e9}+1",
          "(1+10^{-9})^{10^9}",
          "((9!)!)!",
          "1000000000!",
          "3999!",
          "\\binom{10^9}{5\\cdot 10^8}",
          "\\binom{10^{50}}{3000}",
          "x^{x^{x^x}}",
          "x^{10^{12}}-1",
          "(x+y)^{10^6}",
          "(x+y+z+w)^{500}",
          "(a+b+c+d+e)^{60}",
          "(a+b+c+d+e)^{-60}",
          "(\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11})^{40}",
          "(a+b+c)^{1000}",
          "\\frac{7^{20000}+1}{11^{16000}+5}",
          "\\gcd(10^{9000}+1, 10^{8999}+3, 7^{9000}, 11^{8000})",
          "\\sum_{k=1}^{400}\\frac{1}{k^{100}}",
          "\\sum_{k=1}^{400}\\sqrt{x+k}",
          "\\sqrt[1000000007]{2}",
          "\\sqrt{" + "123456789".repeat(60) + "}",
          "\\sqrt[3]{10^{300}+7}",
          "\\sin(10^{100})",
          "\\sin(\\sin(\\sin(\\sin(\\sin(\\sin(x))))))",
          "\\tan(\\frac{\\pi}{2})",
          "e^{e^{e^{e^e}}}",
          "\\ln(\\ln(\\ln 2))",
          "\\log_1 5",
          "\\sin((e^{-99999})^{10000})",
          "\\exp((e^{-99999})^{10000})",
          "\\arctan((e^{99999})^{10000})",
          "\\lfloor (e^{99999})^{10000}\\rfloor",
          "[(e^{-99999})^{10000}, 2]",
          "\\sum_{k=1}^{10^9} k",
          "\\sum_{k=1}^{400}\\sum_{j=1}^{400}\\sum_{i=1}^{400} \\frac{1}{i+j+k}",
          "\\prod_{k=1}^{400}(x+k)",
          "\\sum_{k=1}^{\\infty} \\frac{1}{k^2}",
          "\\gcd(10^{400}+1, 10^{399}+3)",
          "\\frac{1}{0}",
          "\\frac{0}{0}",
          "0^0",
          "0^{-1}",
          "\\sqrt{-1}^{\\sqrt{-1}}",
          "\\lfloor 10^{50}\\pi \\rfloor",
          "\\frac{1}{10^{400}}",
          "ZZZZZZZZZZZZZZZZZZZZ_{36}",
          "10_{99999999999}",
          "0.\\overline{123456789012345678901234567890}",
          "999999999999:999999999998:7",
          "[10^{10^9}, \\infty)",
          "\\{x : x > 9^{9^9}\\}",
          "x^{99999}y^{99999} = 1"
        }) {
      answers.put(formula, formula);
    }
    answers.put(
        "a matrix of 40 columns",
        "\\begin{pmatrix}" + ("x&".repeat(39) + "1\\\\").repeat(40) + "\\end{pmatrix}");
    answers.put(
        "a power of a matrix",
        "\\begin{pmatrix}" + ("x&".repeat(9) + "y\\\\").repeat(10) + "\\end{pmatrix}^{8}");
    return answers;
  }

  private static String printable(String piece) {
    return piece.replace("\0", "NUL").replace("\uD800", "half a surrogate pair");
  }

  @TestFactory
  Stream<DynamicTest> areJudgedWithoutAnExceptionAndEnd() {
    return hostile().entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> judge(entry.getValue())));
  }

  private static void judge(String answer) {
    Budget reading = Budget.ofReading();
    MathAnswer read = MathAnswer.of(answer, reading);
    assertThat(reading.left()).as("steps left of reading").isGreaterThan(-LARGEST_STEP);
    for (String other : new String[] {"x+1", "(1,2)", "[0,1)", answer + " + 1"}) {
      Budget budget = Budget.ofComparison();
      Comparison there = read.compare(MathAnswer.of(other), budget);
      assertThat(budget.left()).as("steps left of comparing").isGreaterThan(-LARGEST_STEP);
      assertThat(MathAnswer.of(other).compare(read)).isEqualTo(there);
    }
    MathAnswerVerifier verifier = new MathAnswerVerifier();
    assertThat(verifier.verify(Problem.of("?", "5"), answer).isCorrect()).isFalse();
    Verdict boxed = verifier.verify(known(answer), "\\boxed{" + answer + "}");
    assertThat(boxed.failure()).isFalse();
    assertThat(MathAnswerVerifier.compareAnswers(answer, "5").failure()).isFalse();
    MathAnswer.of(answer).number();
  }

  /** A blank answer is none. */
  private static Problem known(String answer) {
    return answer.isBlank() ? Problem.of("?") : Problem.of("?", answer);
  }

  @Property(tries = 1_000)
  void noTextMakesItThrowAndBothOrdersAgree(
      @ForAll("texts") String one, @ForAll("texts") String other) {
    Comparison there = MathAnswer.of(one).compare(MathAnswer.of(other));
    assertThat(MathAnswer.of(other).compare(MathAnswer.of(one))).isEqualTo(there);
    Comparison self = MathAnswer.of(one).compare(MathAnswer.of(one));
    assertThat(self.outcome())
        .isEqualTo(one.isBlank() ? Comparison.Outcome.UNKNOWN : Comparison.Outcome.EQUAL);
    assertThat(new MathAnswerVerifier().verify(known(one), other).failure()).isFalse();
    MathAnswer.of(one).number();
  }

  /** Text from any signs, and text from the pieces that answers are made of. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "1",
            "2",
            "0",
            "10",
            "0.5",
            "x",
            "y",
            "i",
            "e",
            "\\pi",
            "+",
            "-",
            "*",
            "/",
            "^",
            "_",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "\\{",
            "\\}",
            "|",
            "\\frac",
            "\\sqrt",
            "\\left",
            "\\right",
            ",",
            ";",
            ":",
            "=",
            "<",
            "\\le",
            "\\cup",
            "\\infty",
            "\\pm",
            "!",
            "%",
            "\\%",
            "$",
            "\\$",
            "°",
            "^\\circ",
            "\\text{ and }",
            "\\text{cm}",
            "or",
            "\\sin",
            "\\log",
            "\\binom",
            "\\sum",
            " ",
            "\\begin{pmatrix}",
            "\\end{pmatrix}",
            "&",
            "\\\\",
            "\\overline",
            "'",
            "\\boxed",
            "####",
            "\\in",
            "\\mathbb{R}",
            "\\emptyset",
            "A",
            "B.",
            "meters",
            "dozen",
            "9^9",
            "\\mod",
            "²",
            "½",
            "\\int",
            "\\lim",
            "_2",
            "\\ldots",
            "...",
            "3:30 pm",
            "June 20",
            "\\cdot",
            "1,000",
            "e5");
    return Arbitraries.oneOf(
        pieces.list().ofMaxSize(14).map(list -> String.join("", list)),
        pieces.list().ofMaxSize(14).map(list -> String.join(" ", list)),
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.strings().ascii().ofMaxLength(30));
  }
}
