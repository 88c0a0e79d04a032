package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.comparison.Comparison;
import dev.flowdpo.comparison.Preference;
import dev.flowdpo.comparison.TraceComparer;
import dev.flowdpo.comparison.TracePair;
import dev.flowdpo.comparison.WinRate;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundled model as a comparer of its own kind of solutions. */
class PolicyComparerTest {
  private static FrozenBase base;
  private static ModelTokens tokens;

  @BeforeAll
  static void open() {
    Path folder = BundledModel.folder();
    base = FrozenBase.load(Checkpoint.open(folder), SessionSettings.defaults());
    Tokenizer tokenizer = HuggingFaceTokenizers.open(folder.resolve(HuggingFaceTokenizers.FILE));
    tokens =
        new ModelTokens(
            tokenizer,
            new Prompts(tokenizer, FlowTemplates.read(folder), base.config()),
            base.config());
  }

  @AfterAll
  static void close() {
    tokens.tokenizer().close();
    base.close();
  }

  /** A right solution, and the same with another number after the last mark and in its line. */
  private static TracePair rightAndWrong(WordProblem problem) {
    String right = SolutionStyle.STEPS.write(problem);
    String answer = Integer.toString(problem.answer());
    String wrong = Integer.toString(problem.answer() + 3);
    int mark = right.lastIndexOf(answer, right.lastIndexOf(answer) - 1);
    return new TracePair(
        problem.toProblem(),
        right,
        right.substring(0, mark) + right.substring(mark).replace(answer, wrong));
  }

  @Test
  void aSlipInACalculationCostsTheTrace() {
    List<TracePair> pairs = new ArrayList<>();
    for (WordProblem problem : WordProblems.heldOut(60)) {
      pairs.add(rightAndWrong(problem));
    }
    PolicyComparer comparer = PolicyComparer.of(base, tokens);
    WinRate rate = WinRate.of(comparer.compare(pairs));
    WinRate swapped = WinRate.of(comparer.compare(pairs.stream().map(TracePair::swapped).toList()));
    assertThat(rate.interval().low()).as(rate.toString()).isGreaterThan(0.5);
    assertThat(swapped).isEqualTo(new WinRate(rate.losses(), rate.wins(), rate.ties(), 0));
    TraceComparer both = comparer.orderSwapped();
    assertThat(WinRate.of(both.compare(pairs))).isEqualTo(rate);
  }

  @Test
  void anotherQuestionsSolutionLoses() {
    List<WordProblem> problems = WordProblems.heldOut(21);
    List<TracePair> pairs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pairs.add(
          new TracePair(
              problems.get(i).toProblem(),
              SolutionStyle.STEPS.write(problems.get(i)),
              SolutionStyle.STEPS.write(problems.get(i + 1))));
    }
    WinRate rate = WinRate.of(PolicyComparer.of(base, tokens).compare(pairs));
    assertThat(rate.interval().low()).as(rate.toString()).isGreaterThan(0.6);
  }

  @Test
  void equalTracesTieAndLongOnesAreUndecided() {
    Problem problem = Problem.of("Ana has 5 pens. She buys 2 pens. How many pens has she?");
    PolicyComparer comparer =
        new PolicyComparer(base, AdapterSnapshot.none(base.config()), tokens, 0);
    String endless = "5+2=7\n".repeat(base.maxTokens());
    List<Comparison> comparisons =
        comparer.compare(
            List.of(
                new TracePair(problem, endless, "5+2=7\n#### 7"),
                new TracePair(problem, "5+2=7\n#### 7", "5+2=7\n#### 7")));
    assertThat(comparisons)
        .extracting(Comparison::preference)
        .containsExactly(Preference.UNDECIDED, Preference.TIE);
    assertThat(comparisons.get(0).reason()).contains("found another length in the first");
    assertThat(comparisons.get(1).reason()).startsWith("mean log-probability -");
    assertThat(comparer.compare(List.of())).isEmpty();
    assertThatThrownBy(
            () -> new PolicyComparer(base, AdapterSnapshot.none(base.config()), tokens, -1))
        .isInstanceOf(InvalidInputException.class);
  }
}
