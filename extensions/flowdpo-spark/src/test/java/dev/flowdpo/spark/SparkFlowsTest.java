package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flow over data sets says what the same flow says here. */
class SparkFlowsTest {
  private static final List<Problem> PROBLEMS = Runs.problems(12);
  private static JavaSparkContext context;
  private static SparkSession spark;
  private static SparkFlows flows;

  /** What the flow says here, by the problem's id. */
  private static Map<String, Solution> expected;

  @BeforeAll
  static void start() {
    context = Clusters.local();
    spark = SparkSession.builder().getOrCreate();
    flows = SparkFlows.builder().problemsPerBatch(4).build();
    try (Flow flow = Flow.builder().build()) {
      expected =
          flow.solveAll(PROBLEMS).stream()
              .collect(Collectors.toMap(s -> s.problem().id(), Function.identity()));
    }
  }

  @AfterAll
  static void stop() {
    flows.close();
    context.close();
  }

  private static Dataset<Row> problems() {
    StructType schema =
        new StructType().add("question", DataTypes.StringType).add("answer", DataTypes.StringType);
    List<Row> rows =
        PROBLEMS.stream()
            .map(p -> RowFactory.create(p.question(), p.answer().orElseThrow()))
            .toList();
    return spark.createDataFrame(rows, schema).repartition(2);
  }

  @Test
  void everyRowIsSolved() {
    List<Row> solved = flows.solve(problems()).collectAsList();
    assertThat(solved).hasSize(PROBLEMS.size());
    assertThat(solved)
        .allSatisfy(
            row -> {
              Solution solution = expected.get(row.<String>getAs("id"));
              assertThat(row.<String>getAs("question")).isEqualTo(solution.problem().question());
              assertThat(row.<String>getAs("solution")).isEqualTo(solution.text());
              assertThat(row.<String>getAs("final_answer"))
                  .isEqualTo(solution.finalAnswer().orElse(null));
              assertThat(row.<Integer>getAs("chunks")).isEqualTo(solution.chunks().size());
            });
  }

  @Test
  void accuracyIsThatOfTheFlow() {
    Verifier verifier = Runs.VERIFIER.create();
    long correct =
        expected.values().stream().filter(s -> verifier.verify(Attempt.of(s)).isCorrect()).count();
    SparkEvaluation evaluation = flows.evaluate(problems(), Runs.VERIFIER);
    assertThat(evaluation.problems()).isEqualTo(PROBLEMS.size());
    assertThat(evaluation.correct()).isEqualTo(correct).isPositive();
    assertThat(evaluation.unknown()).isZero();
    assertThat(evaluation.accuracy()).isEqualTo((double) correct / PROBLEMS.size());
    assertThat(flows.evaluate(problems().limit(0), Runs.VERIFIER).accuracy()).isZero();
  }

  @Test
  void tracesAreReadByTheirFile(@TempDir Path folder) throws IOException {
    List<String> lines = flows.traces(problems(), Runs.VERIFIER).collectAsList();
    Path file = Files.write(folder.resolve("traces.jsonl"), lines);
    try (AdapterFlowEngine engine =
        new AdapterFlowEngineProvider().open(EngineSettings.defaults())) {
      List<Trace> traces = TraceFile.of(file, engine.tokens()).readAll();
      assertThat(traces).isNotEmpty();
      assertThat(traces)
          .allSatisfy(
              trace -> {
                assertThat(trace.text()).isEqualTo(expected.get(trace.problem().id()).text());
                assertThat(trace.reward()).isEqualTo(1);
              });
    }
  }

  @Test
  void aFunctionOfSqlSolvesAColumn() {
    spark.udf().register("solve", flows.solver());
    problems().limit(2).createOrReplaceTempView("problems");
    List<Row> solved = spark.sql("select question, solve(question) from problems").collectAsList();
    Map<String, Solution> byQuestion =
        expected.values().stream()
            .collect(Collectors.toMap(s -> s.problem().question(), Function.identity()));
    assertThat(solved).hasSize(2);
    assertThat(solved)
        .allSatisfy(
            row -> assertThat(row.getString(1)).isEqualTo(byQuestion.get(row.getString(0)).text()));
    assertThat(
            spark
                .range(1)
                .select(flows.solver().apply(functions.lit(null).cast("string")))
                .first()
                .isNullAt(0))
        .isTrue();
  }

  @Test
  void rowsWithoutQuestionsAreRefused() {
    assertThatThrownBy(() -> flows.solve(problems().withColumnRenamed("question", "text")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a column \"question\"")
        .hasMessageContaining("[text, answer]");
  }
}
