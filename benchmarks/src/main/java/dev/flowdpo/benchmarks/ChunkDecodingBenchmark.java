package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sampled chunks a second, and their tokens a second ({@code tokens}), for so many answers at once
 * whose questions have been read before: decoding alone, one native call a chunk.
 *
 * <p>{@code rollouts=SHARED} asks for all chunks after one question, as the rollouts of a node do;
 * {@code DISTINCT} for one after each of so many questions.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar ChunkDecoding -p batch=32}</pre>
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx1g",
      "-XX:+IgnoreUnrecognizedVMOptions",
      "--enable-native-access=ALL-UNNAMED"
    })
public class ChunkDecodingBenchmark {

  /** Which prefixes the chunks of a batch continue. */
  public enum Rollouts {
    /** All the same. */
    SHARED,
    /** Each its own. */
    DISTINCT
  }

  /** The tokens that were decoded, end tokens included. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Decoded {
    /** Reported a second. */
    public long tokens;
  }

  /** The bundled model with the questions' keys and values. */
  @State(Scope.Benchmark)
  public static class Prefixes {
    /** How many chunks one call decodes. */
    @Param({"1", "32", "256"})
    public int batch;

    /** The most tokens of a chunk; the bundled model's own size is 8. */
    @Param({"8", "32"})
    public int chunkSize;

    /** What the chunks continue. */
    @Param({"SHARED", "DISTINCT"})
    public Rollouts rollouts = Rollouts.SHARED;

    private final Flow flow = Flow.builder().build();
    private final FlowPolicy policy = flow.policy().snapshot();
    private final List<PartialAnswer> prefixes = new ArrayList<>();
    private long seed;

    /** Reads the questions once, which leaves their keys and values with the policy. */
    @Setup
    public void readQuestions() {
      int questions = rollouts == Rollouts.SHARED ? 1 : batch;
      for (WordProblem problem : WordProblems.heldOut(questions)) {
        prefixes.add(PartialAnswer.start(problem.toProblem()));
      }
      policy.extend(requests());
    }

    /** Frees the model. */
    @TearDown
    public void close() {
      flow.close();
    }

    List<ChunkRequest> requests() {
      List<ChunkRequest> requests = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        PartialAnswer prefix = prefixes.get(i % prefixes.size());
        requests.add(new ChunkRequest(prefix, chunkSize, SamplingOptions.of(1), seed++));
      }
      return requests;
    }
  }

  /** Decodes one chunk for every row of the batch. */
  @Benchmark
  public List<Chunk> extend(Prefixes prefixes, Decoded decoded) {
    List<Chunk> chunks = prefixes.policy.extend(prefixes.requests());
    chunks.forEach(chunk -> decoded.tokens += chunk.tokens().length());
    return chunks;
  }
}
