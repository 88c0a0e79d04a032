package dev.flowdpo.benchmarks;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What answers cost that are made to cost much: the processor time of one verdict, the best of five
 * after a warm-up, in milliseconds. On a busy machine processor time is longer than on an idle one;
 * the first line tells how much a fixed loop takes beside it, 27 ms on an idle core of 3 GHz.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.HostileAnswers
 * }</pre>
 */
public final class HostileAnswers {
  private static final int REPETITIONS = 5;
  private static final int LEVELS = 25;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private HostileAnswers() {}

  private record Figure(String name, double milliseconds, String outcome) {}

  /** Measures all and prints them, the most expensive first. */
  public static void main(String[] arguments) {
    Map<String, String> answers = answers();
    answers.values().forEach(HostileAnswers::judge);
    List<Figure> figures = new ArrayList<>();
    System.out.printf(Locale.ROOT, "a fixed loop: %.1f ms%n", fixedLoop());
    answers.forEach((name, answer) -> figures.add(measure(name, answer)));
    System.out.printf(Locale.ROOT, "a fixed loop: %.1f ms%n", fixedLoop());
    figures.sort(Comparator.comparingDouble(Figure::milliseconds).reversed());
    for (Figure figure : figures) {
      System.out.printf(
          Locale.ROOT, "%8.2f ms  %-42s %s%n", figure.milliseconds, figure.name, figure.outcome);
    }
  }

  private static Figure measure(String name, String answer) {
    double best = Double.MAX_VALUE;
    Verdict verdict = Verdict.unknown("not judged");
    for (int i = 0; i < REPETITIONS; i++) {
      long before = THREADS.getCurrentThreadCpuTime();
      verdict = judge(answer);
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - before) / 1e6);
    }
    String outcome = !verdict.known() ? "unknown" : verdict.isCorrect() ? "right" : "wrong";
    return new Figure(name, best, outcome + ": " + verdict.reason().orElse(""));
  }

  private static Verdict judge(String answer) {
    return new MathAnswerVerifier().verify(Problem.of("?", "x+1"), "\\boxed{" + answer + "}");
  }

  /** The same work at each call, to compare machines and moments by. */
  private static double fixedLoop() {
    double best = Double.MAX_VALUE;
    long value = 1;
    for (int i = 0; i < REPETITIONS; i++) {
      long before = THREADS.getCurrentThreadCpuTime();
      for (int j = 0; j < 20_000_000; j++) {
        value = value * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
      }
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - before) / 1e6);
    }
    return value == 0 ? 0 : best;
  }

  private static Map<String, String> answers() {
    Map<String, String> answers = new LinkedHashMap<>();
    for (int levels : new int[] {LEVELS, 10_000}) {
      String of = " of " + levels + " levels";
      answers.put("a tower" + of, nested("9^{", "9", "}", levels));
      answers.put("a tower to the left" + of, nested("(", "2", "^2)", levels));
      answers.put("a tower of sums" + of, nested("(", "x+1", ")^2", levels));
      answers.put("a tower of products" + of, nested("(6xy)^{", "2", "}", levels));
      answers.put("a tower of roots" + of, nested("2^{\\frac12+", "2", "}", levels));
      answers.put("roots in roots" + of, nested("\\sqrt{2+", "x", "}", levels));
      answers.put("a continued fraction" + of, nested("1/(x+", "1", ")", levels));
      answers.put("mixed numbers" + of, nested("1\\frac{2}{", "3", "}", levels));
      answers.put("factorials" + of, nested("(", "3", ")!", levels));
      answers.put("sines" + of, nested("\\sin(x+", "1", ")", levels));
      answers.put("sums of sums" + of, "\\sum_{k=1}^{400}".repeat(levels) + "k");
      answers.put(
          "powers of a matrix" + of,
          nested("(", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", ")^{8}", levels));
      answers.put("braces" + of, nested("{", "x", "}", levels));
      answers.put("roundings" + of, nested("\\lfloor ", "\\pi", "\\rfloor", levels));
    }
    answers.put("100,000 braces", "{".repeat(100_000));
    answers.put("10 MB of digits", "7".repeat(10_000_000));
    answers.put("490,000 digits", "7".repeat(490_000));
    answers.put("9,900 digits", "7".repeat(9_900));
    answers.put("a quotient of long numbers", "7".repeat(4_900) + "/" + "3".repeat(4_900) + "1");
    answers.put("300 inequalities", "x\\ne 5,".repeat(300) + "x\\ne 0");
    answers.put("200 words", "\\text{word},".repeat(200) + "\\text{end}");
    for (String formula :
        List.of(
            "9^{9^{9^9}}",
            "(10^9)!",
            "((10^9)!)!",
            "3999!",
            "1e999999999",
            "x^{10^{12}}-1",
            "(a+b+c)^{1000}",
            "(a+b+c+d+e)^{60}",
            "(x+\\frac13)^{1000}",
            "(\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11}+\\sqrt{13})^{100}",
            "\\binom{10^9}{5\\cdot 10^8}",
            "\\binom{10^{50}}{3000}",
            "\\sqrt[1000000007]{2}",
            "\\sqrt[3]{10^{1200}+7}",
            "\\sin(10^{100})",
            "e^{e^{e^{e^e}}}",
            "\\frac{7^{20000}+1}{11^{16000}+5}",
            "\\gcd(10^{9000}+1, 10^{8999}+3)",
            "\\prod_{k=1}^{400}(x+\\sqrt{k})",
            "\\sum_{k=1}^{400} x^k \\sin(k)",
            "\\sum_{k=1}^{400}\\frac{1}{k^{100}}",
            "\\{x : x > 9^{9^9}\\}")) {
      answers.put(formula, formula);
    }
    return answers;
  }

  private static String nested(String open, String inside, String close, int levels) {
    return open.repeat(levels) + inside + close.repeat(levels);
  }
}
