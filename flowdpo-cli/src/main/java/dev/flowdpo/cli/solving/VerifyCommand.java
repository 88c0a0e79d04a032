package dev.flowdpo.cli.solving;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: judges answers and solutions of a file against known answers. */
@Command(
    name = "verify",
    description = {
      "Says of every row of a file whether its answer equals the known one as a mathematical value."
          + " Needs no model.",
      "Without --json: the counts, and where rows carry a label (is_correct, label, expected or"
          + " correct: true or false), which rows it disagrees with.",
      "JSON, a line per row: {\"correct\":true|false|null,\"extracted\",\"rule\",\"reason\"}, null"
          + " where nothing is known; and a last line {\"rows\",\"correct\",\"unknown\"}."
    })
public final class VerifyCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--data",
      paramLabel = "FILE.jsonl",
      required = true,
      description =
          "Rows {\"gold\",\"pred\"}, bare answers, or {\"gold_answer_text\",\"solution\"}, whole"
              + " solutions, one a line.")
  private Path data;

  @Option(
      names = "--last-number",
      description =
          "Take the last number of a solution that marks no answer; default: it has none.")
  private boolean lastNumber;

  /** What is printed per row. */
  record Row(@Nullable Boolean correct, String extracted, String rule, String reason) {
    static Row of(Verdict verdict) {
      Optional<ExtractedAnswer> answer = verdict.answer();
      return new Row(
          verdict.known() ? verdict.isCorrect() : null,
          answer.map(ExtractedAnswer::text).orElse(""),
          answer.map(a -> a.rule().label()).orElse("none"),
          verdict.reason().orElse(""));
    }
  }

  @Override
  public Integer call() {
    AnswerExtractor marked = AnswerExtractor.marked();
    AnswerExtractor extractor = lastNumber ? marked.orLastNumber() : marked;
    VerifyFile file = new VerifyFile(data);
    VerifyTally tally = new VerifyTally();
    try (VerifierGuard answers = new VerifierGuard(VerifyCommand::compare);
        VerifierGuard solutions = new VerifierGuard(new MathAnswerVerifier(extractor));
        ProgressDisplay display = progress.open(output.err(), "verify", 0, file.rows())) {
      file.forEach(
          row -> {
            VerifierGuard verifier = row.bare() ? answers : solutions;
            Verdict verdict = verifier.verify(row.problem(), row.solution());
            tally.add(row, verdict);
            output.result(Row.of(verdict));
            VerifyTally.Total total = tally.total();
            display.update(
                total.rows(), "correct %d unknown %d".formatted(total.correct(), total.unknown()));
          });
    }
    tally.print(output.report());
    output.report().flush();
    output.result(tally.total());
    return 0;
  }

  private static Verdict compare(Attempt attempt) {
    String gold = attempt.problem().answer().orElse("");
    return MathAnswerVerifier.compareAnswers(gold, attempt.answer());
  }
}
