package dev.flowdpo.spark;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What an executor does with rows of problems, in batches. Immutable and thread-safe.
 *
 * @param session tells one user of the engine from another
 * @param adapters as {@link AdapterBytes} has them
 * @param options those of the flow; null for the model's
 * @param batch how many problems are solved at once
 */
record FlowTask(
    ModelSpec model, String session, byte[] adapters, @Nullable FlowSpec options, int batch)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String QUESTION = "question";
  static final String ANSWER = "answer";
  static final String ID = "id";

  static final StructType SOLVED =
      new StructType()
          .add(ID, DataTypes.StringType, false)
          .add(QUESTION, DataTypes.StringType, false)
          .add(ANSWER, DataTypes.StringType, true)
          .add("solution", DataTypes.StringType, false)
          .add("final_answer", DataTypes.StringType, true)
          .add("finish_reason", DataTypes.StringType, false)
          .add("chunks", DataTypes.IntegerType, false);

  static final StructType JUDGED =
      SOLVED.add("reward", DataTypes.DoubleType, true).add("correct", DataTypes.BooleanType, false);

  /** Returns a task that shares the engine and nothing else: one for each verifier. */
  FlowTask in(String otherSession) {
    return new FlowTask(model, otherSession, adapters, options, batch);
  }

  /** Solves one question. */
  String solve(String question) {
    return flow().solve(question).text();
  }

  /** Returns a row of {@link #SOLVED} per row. */
  Iterator<Row> solve(Iterator<Row> rows) {
    return batches(rows, solutions -> solutions.stream().map(s -> row(s)).toList());
  }

  /** Returns a row of {@link #JUDGED} per row. */
  Iterator<Row> judge(VerifierFactory verifier, Iterator<Row> rows) {
    return batches(
        rows,
        solutions -> {
          List<Verdict> verdicts = verdicts(verifier, solutions);
          return IntStream.range(0, solutions.size())
              .mapToObj(i -> row(solutions.get(i), judgement(verdicts.get(i))))
              .toList();
        });
  }

  /** Returns a line of a {@link TraceFile} for every solution that is correct. */
  Iterator<String> traces(VerifierFactory verifier, Iterator<Row> rows) {
    ModelTokens tokens = models().engine().tokens();
    long seed = flow().options().seed();
    return batches(
        rows,
        solutions -> {
          List<Verdict> verdicts = verdicts(verifier, solutions);
          List<String> lines = new ArrayList<>();
          for (int i = 0; i < solutions.size(); i++) {
            trace(solutions.get(i), verdicts.get(i), seed)
                .map(trace -> TraceFile.line(trace, tokens))
                .ifPresent(lines::add);
          }
          return lines;
        });
  }

  private static Optional<Trace> trace(Solution solution, Verdict verdict, long seed) {
    TokenIds.Builder tokens = TokenIds.builder();
    for (SolutionChunk chunk : solution.chunks()) {
      tokens.addAll(chunk.contentTokens());
    }
    TokenIds ids = tokens.build();
    return verdict.isCorrect() && !ids.isEmpty()
        ? Optional.of(
            new Trace(
                solution.problem(),
                ids,
                solution.text(),
                verdict.reward().orElseThrow(),
                new Trace.Origin(Trace.FLOW, 0, 0, seed)))
        : Optional.empty();
  }

  private List<Verdict> verdicts(VerifierFactory verifier, List<Solution> solutions) {
    VerifierGuard guard = models().verifier(session, verifier, Duration.ofSeconds(10), 1);
    return guard.verifyAll(solutions.stream().map(Attempt::of).toList());
  }

  private interface OnBatch<T> {
    List<T> of(List<Solution> solutions);
  }

  /** Solves a batch when the one before is used up. */
  private <T> Iterator<T> batches(Iterator<Row> rows, OnBatch<T> use) {
    Flow flow = flow();
    return new Iterator<>() {
      private Iterator<T> ready = List.<T>of().iterator();

      @Override
      public boolean hasNext() {
        while (!ready.hasNext() && rows.hasNext()) {
          List<Problem> problems = new ArrayList<>();
          while (rows.hasNext() && problems.size() < batch) {
            problems.add(problem(rows.next()));
          }
          ready = use.of(flow.solveAll(problems)).iterator();
        }
        return ready.hasNext();
      }

      @Override
      public T next() {
        var unused = hasNext();
        return ready.next();
      }
    };
  }

  private static Problem problem(Row row) {
    String question = text(row, QUESTION).orElse("");
    if (question.isBlank()) {
      throw new InvalidInputException(
          "column question: expected a text, found none in the row " + row);
    }
    Problem.Builder problem = Problem.builder(question);
    text(row, ID).ifPresent(problem::id);
    text(row, ANSWER).filter(answer -> !answer.isBlank()).ifPresent(problem::answer);
    return problem.build();
  }

  private static Optional<String> text(Row row, String column) {
    int index = List.of(row.schema().fieldNames()).indexOf(column);
    return index < 0 || row.isNullAt(index)
        ? Optional.empty()
        : Optional.of(String.valueOf(row.get(index)));
  }

  private static Row row(Solution solution, @Nullable Object... more) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(solution.problem().id());
    values.add(solution.problem().question());
    values.add(solution.problem().answer().orElse(null));
    values.add(solution.text());
    values.add(solution.finalAnswer().orElse(null));
    values.add(solution.finishReason().name());
    values.add(solution.chunks().size());
    values.addAll(Arrays.asList(more));
    return RowFactory.create(values.toArray());
  }

  private static @Nullable Object[] judgement(Verdict verdict) {
    return new @Nullable Object[] {
      verdict.known() ? verdict.reward().getAsDouble() : null, verdict.isCorrect()
    };
  }

  private ExecutorModels models() {
    return ExecutorModels.of(model, session);
  }

  private Flow flow() {
    return models().flow(session, adapters, options);
  }
}
