package dev.flowdpo.cli.training;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.learning.TraceOptions;
import dev.flowdpo.runtime.data.FileSeals;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.value.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Solves problems and keeps the correct solutions in a run's {@code traces.jsonl}. How many
 * problems are solved is kept in {@code collection.json}, batch by batch, so that a run that was
 * killed goes on and ends the same. For one thread.
 */
final class TraceCollection {
  private static final int BATCH = 64;
  private static final String PROBLEMS = "problems";

  private final Path traces;
  private final Path state;
  private final Path seals;
  private final ModelTokens tokens;

  TraceCollection(RunFolder folder, ModelTokens tokens) {
    this.traces = folder.file(RunFiles.TRACES);
    this.state = folder.file(RunFiles.COLLECTION);
    this.seals = folder.file(RunFiles.SEALS);
    this.tokens = tokens;
  }

  /** Solves what is not solved yet. */
  void run(
      Flow flow,
      String source,
      TraceOptions options,
      List<Problem> problems,
      ProgressDisplay display) {
    int solved = solved();
    FileSeals sealed = FileSeals.resume(seals, List.of(traces), solved);
    try (TraceFile.Writer writer = TraceFile.of(traces, tokens).resume(solved)) {
      TraceCompiler compiler =
          TraceCompiler.builder()
              .verifier(new ExactAnswer())
              .source(source)
              .seed(flow.options().seed())
              .options(options)
              .problemsBefore(solved)
              .sink(writer::write)
              .build();
      while (solved < problems.size()) {
        List<Problem> batch = problems.subList(solved, Math.min(problems.size(), solved + BATCH));
        // One after another, as the flow may finish a batch's problems in any order.
        flow.solveAll(batch).forEach(compiler::onSolved);
        solved += batch.size();
        JsonText.write(state, Map.of(PROBLEMS, solved));
        sealed.save();
        display.update(solved, "correct %d".formatted(compiler.compile().traces().size()));
      }
    }
  }

  /** Returns how many problems are solved already. */
  int solved() {
    return Files.exists(state)
        ? JsonText.object(state.toString(), JsonText.read(state)).path(PROBLEMS).asInt()
        : 0;
  }

  /** Returns all correct solutions. */
  List<Trace> traces() {
    return TraceFile.of(traces, tokens).readAll();
  }
}
