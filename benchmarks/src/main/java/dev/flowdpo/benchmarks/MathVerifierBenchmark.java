package dev.flowdpo.benchmarks;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Comparisons a second on one core by {@link MathAnswerVerifier}: finding the answer in a short
 * solution, reading it and the known one, comparing them. Nothing is kept from one to the next.
 * Half of the answers are right. {@code cpuSeconds} is the processor time that a second of the
 * measurement had: on a busy machine the score divided by it is what one core does.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar MathVerifier}</pre>
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Threads(1)
@Fork(value = 1, jvmArgsAppend = "-Xmx512m")
public class MathVerifierBenchmark {
  private static final String[][] NUMERIC = {
    {"18", "18", "19"},
    {"10{,}000", "10000", "1000"},
    {"\\frac{1}{2}", "0.5", "0.55"},
    {"\\$12.50", "12.5", "125"},
    {"25\\%", "0.25", "\\frac{25}{10}"},
    {"-\\frac{47}{5}", "-9.4", "9.4"},
    {"3\\frac{1}{4}", "\\frac{13}{4}", "\\frac{3}{4}"},
    {"6.02 \\times 10^{23}", "602000000000000000000000", "6.02 \\times 10^{22}"},
    {"72 \\text{ cm}", "72", "27"},
    {"90^\\circ", "90", "60^\\circ"},
  };
  private static final String[][] SYMBOLIC = {
    {"x^2+2x+1", "(x+1)^2", "(x-1)^2"},
    {"\\frac{\\sqrt{3}}{3}", "\\frac{1}{\\sqrt{3}}", "\\frac{\\sqrt{3}}{2}"},
    {"\\frac{2\\pi}{3}", "\\pi - \\frac{\\pi}{3}", "\\frac{3\\pi}{2}"},
    {"y = 2x - 3", "2x - y - 3 = 0", "y = 2x + 3"},
    {"\\left(3, \\frac{\\pi}{2}\\right)", "(3, 0.5\\pi)", "\\left(\\frac{\\pi}{2}, 3\\right)"},
    {"(-\\infty, 2] \\cup [5, \\infty)", "[5,\\infty) \\cup (-\\infty,2]", "(2, 5)"},
    {"\\{1, 2, 3\\}", "\\{3, 2, 1\\}", "\\{1, 2\\}"},
    {
      "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
      "\\begin{bmatrix} 1 & 2 \\\\ 3 & \\frac{8}{2} \\end{bmatrix}",
      "\\begin{pmatrix} 1 & 3 \\\\ 2 & 4 \\end{pmatrix}"
    },
    {"\\frac{x+2}{7}", "\\frac{3x+6}{21}", "\\frac{x+2}{6}"},
    {"3 \\pm 2i", "3 + 2i, 3 - 2i", "2 \\pm 3i"},
    {"a^3 - b^3", "(a-b)(a^2+ab+b^2)", "(a-b)^3"},
    {"2\\sqrt{2} + \\sqrt{6}", "\\sqrt{8} + \\sqrt{3}\\sqrt{2}", "2\\sqrt{6} + \\sqrt{2}"},
  };

  /** The processor time of the measuring thread. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Processor {
    private long begin;

    /** Begins to count. */
    @Setup(Level.Iteration)
    public void begin() {
      begin = nanos();
    }

    /** Returns the time since then; reported a second. */
    public double cpuSeconds() {
      return (nanos() - begin) / 1e9;
    }

    private static long nanos() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  /** Solutions with their problems, gone through in a circle. */
  @State(Scope.Thread)
  public static class Comparisons {
    private final Verifier verifier = new MathAnswerVerifier();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> solutions = new ArrayList<>();
    private final String[][] rows;
    private int next;

    Comparisons(String[][] rows) {
      this.rows = rows;
    }

    /** Checks that the verdicts are the right ones: a fast wrong answer would measure nothing. */
    @Setup
    public void check() {
      for (String[] row : rows) {
        for (int answer = 1; answer < row.length; answer++) {
          problems.add(Problem.of("What is the value?", row[0]));
          solutions.add("First we rewrite it. So the answer is $\\boxed{" + row[answer] + "}$.");
          if (compare(problems.size() - 1).isCorrect() != (answer == 1)) {
            throw new IllegalStateException(row[0] + " and " + row[answer] + ": a wrong verdict");
          }
        }
      }
    }

    Verdict next() {
      next = (next + 1) % problems.size();
      return compare(next);
    }

    private Verdict compare(int i) {
      return verifier.verify(problems.get(i), solutions.get(i));
    }
  }

  /** Numbers: whole ones, fractions, decimals, percentages, units. */
  @State(Scope.Thread)
  public static class Numeric extends Comparisons {
    /** JMH makes it. */
    public Numeric() {
      super(NUMERIC);
    }
  }

  /** Expressions, equations, roots, intervals, sets, tuples, matrices. */
  @State(Scope.Thread)
  public static class Symbolic extends Comparisons {
    /** JMH makes it. */
    public Symbolic() {
      super(SYMBOLIC);
    }
  }

  /** One comparison of numbers. */
  @Benchmark
  public Verdict numeric(Numeric comparisons, Processor processor) {
    return comparisons.next();
  }

  /** One comparison of other values. */
  @Benchmark
  public Verdict symbolic(Symbolic comparisons, Processor processor) {
    return comparisons.next();
  }
}
