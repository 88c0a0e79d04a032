package dev.flowdpo.spark;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.spi.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * A flow over data sets: solves rows, measures accuracy, collects correct traces, and is a function
 * of SQL. Every executor opens the model once, from a path or the bundled one; the adapters are
 * read here, when this is built, and travel with the tasks.
 *
 * <pre>{@code
 * SparkFlows flows = SparkFlows.builder().adapters(learned).build();
 * double accuracy = flows.evaluate(problems, MathAnswerVerifier::new).accuracy();
 * flows.traces(problems, MathAnswerVerifier::new).write().text("traces");
 * spark.udf().register("solve", flows.solver());
 * }</pre>
 *
 * <p>Problems are rows with a column {@code question} and, where there are such, {@code answer} and
 * {@code id}; by default the id is a hash of the question. With the same seed a row gets the same
 * solution wherever it is solved, apart from what {@link dev.flowdpo.learning.RolloutExecutor} says
 * of batches. Thread-safe.
 */
public final class SparkFlows implements AutoCloseable {
  private final FlowTask task;
  private final List<String> sessions = new CopyOnWriteArrayList<>();

  private SparkFlows(Builder builder) {
    task =
        new FlowTask(
            ModelSpec.of(builder.engine.build(), ""),
            UUID.randomUUID().toString(),
            builder.adapters.map(AdapterBytes::read).orElseGet(() -> AdapterBytes.of(f -> {})),
            builder.options.map(FlowSpec::of).orElse(null),
            builder.problemsPerBatch);
    sessions.add(task.session());
  }

  /** {@return a builder of flows on the bundled model, with its options and no adapters} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@return a row for each problem: {@code id}, {@code question}, {@code answer}, {@code
   * solution}, {@code final_answer}, {@code finish_reason} and {@code chunks}}
   *
   * @throws InvalidInputException if there is no column {@code question}
   */
  public Dataset<Row> solve(Dataset<Row> problems) {
    checkColumns(problems);
    FlowTask own = task;
    MapPartitionsFunction<Row, Row> solve = own::solve;
    return problems.mapPartitions(solve, Encoders.row(FlowTask.SOLVED));
  }

  /**
   * {@return a row for each problem as by {@link #solve}, with {@code reward}, which is null where
   * the verifier did not decide, and {@code correct}}
   *
   * @param verifier makes what judges at the executors, once a process
   * @throws InvalidInputException if there is no column {@code question}, or Java cannot serialise
   *     the factory
   */
  public Dataset<Row> judge(Dataset<Row> problems, VerifierFactory verifier) {
    FlowTask own = judging(problems, verifier);
    MapPartitionsFunction<Row, Row> judge = rows -> own.judge(verifier, rows);
    return problems.mapPartitions(judge, Encoders.row(FlowTask.JUDGED));
  }

  /**
   * Solves and judges the problems, in one job.
   *
   * @return how the flow did
   * @throws InvalidInputException as {@link #judge}
   */
  public SparkEvaluation evaluate(Dataset<Row> problems, VerifierFactory verifier) {
    Row sums =
        judge(problems, verifier)
            .agg(
                functions.count(functions.lit(1)),
                functions.sum(functions.col("correct").cast(DataTypes.LongType)),
                functions.sum(functions.col("reward").isNull().cast(DataTypes.LongType)),
                functions.avg(functions.col("chunks")))
            .first();
    return sums.getLong(0) == 0
        ? new SparkEvaluation(0, 0, 0, 0)
        : new SparkEvaluation(sums.getLong(0), sums.getLong(1), sums.getLong(2), sums.getDouble(3));
  }

  /**
   * {@return the correct solutions as JSON lines, which {@link dev.flowdpo.runtime.data.TraceFile}
   * and the command {@code compile} read: {@code traces(…).write().text(folder)}}
   *
   * @throws InvalidInputException as {@link #judge}
   */
  public Dataset<String> traces(Dataset<Row> problems, VerifierFactory verifier) {
    FlowTask own = judging(problems, verifier);
    MapPartitionsFunction<Row, String> traces = rows -> own.traces(verifier, rows);
    return problems.mapPartitions(traces, Encoders.STRING());
  }

  /**
   * {@return a function of a column of questions that gives their solutions, null for null} It
   * solves row by row, and only tasks of one executor share native calls: {@link #solve} is faster.
   */
  public UserDefinedFunction solver() {
    FlowTask own = task;
    UDF1<String, @Nullable String> solve =
        question -> question == null ? null : own.solve(question);
    return functions.udf(solve, DataTypes.StringType).asNondeterministic();
  }

  private FlowTask judging(Dataset<Row> problems, VerifierFactory verifier) {
    checkColumns(problems);
    SerializedCheck.check(
        "verifier",
        verifier,
        "Let the factory make everything at the executor, and capture nothing of the driver's.");
    String session = UUID.randomUUID().toString();
    sessions.add(session);
    return task.in(session);
  }

  private static void checkColumns(Dataset<Row> problems) {
    List<String> columns = List.of(problems.columns());
    if (!columns.contains(FlowTask.QUESTION)) {
      throw new InvalidInputException(
          "problems: expected a column \"question\" and perhaps \"answer\" and \"id\", found "
              + columns);
    }
  }

  /**
   * Closes the models where driver and executors are one process; no job may be under way.
   * Executors elsewhere keep theirs until they end.
   */
  @Override
  public void close() {
    sessions.forEach(ExecutorModels::release);
  }

  /** Collects what flows need and checks each value at once. Not thread-safe. */
  public static final class Builder {
    private final EngineSettings.Builder engine = EngineSettings.builder();
    private Optional<Path> adapters = Optional.empty();
    private Optional<FlowOptions> options = Optional.empty();
    private int problemsPerBatch = 32;

    private Builder() {}

    /** Sets the folder or file of the base model, as every executor finds it. */
    public Builder model(Path model) {
      engine.model(model);
      return this;
    }

    /** Sets how executors load it. */
    public Builder modelOptions(ModelOptions options) {
      engine.options(options);
      return this;
    }

    /** Sets the folder of PEFT folders {@code answer} and {@code stop}, as the driver finds it. */
    public Builder adapters(Path adapters) {
      if (!Files.isDirectory(adapters)) {
        throw new InvalidInputException(
            "adapters: expected a folder with answer or stop, found none at " + adapters);
      }
      this.adapters = Optional.of(adapters);
      return this;
    }

    /** Sets how the flow writes; by default as the model's files have it. */
    public Builder options(FlowOptions options) {
      this.options = Optional.of(options);
      return this;
    }

    /** Sets how many problems of a partition are solved at once, at least 1; default 32. */
    public Builder problemsPerBatch(int problemsPerBatch) {
      this.problemsPerBatch = Require.atLeast(1, "problemsPerBatch", problemsPerBatch);
      return this;
    }

    /**
     * {@return the flows}
     *
     * @throws dev.flowdpo.error.FlowException if the adapters cannot be read
     */
    public SparkFlows build() {
      return new SparkFlows(this);
    }
  }
}
