package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.rollout.RolloutRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round on the cluster: a job for all shards; where Spark gives it up, a job for each shard
 * that is left, so that innocent ones run in the batches that they have anyway; and for those that
 * fail alone, a job a problem. For one thread.
 */
final class SparkRound {
  private static final Logger LOG = LoggerFactory.getLogger(SparkRound.class);

  /** So many problems may end their tasks before it is no fault of theirs. */
  private static final int MOST_BEFORE_AN_ANSWER = 2;

  private final RolloutRound round;
  private final RolloutRequest request;
  private final RolloutTask task;
  private final ShardJobs jobs;
  private final int problemsPerTask;
  private final Tally tally;
  private final List<Optional<RolloutOutcome>> outcomes = new ArrayList<>();
  private long bytes;

  SparkRound(
      RolloutRound round, RolloutTask task, ShardJobs jobs, int problemsPerTask, Tally tally) {
    this.round = round;
    this.request = round.request();
    this.task = task;
    this.jobs = jobs;
    this.problemsPerTask = problemsPerTask;
    this.tally = tally;
  }

  List<RolloutOutcome> run() {
    long begin = System.nanoTime();
    int size = request.problems().size();
    request.problems().forEach(problem -> outcomes.add(Optional.empty()));
    List<List<Integer>> shards = new ArrayList<>();
    for (int first = 0; first < size; first += problemsPerTask) {
      shards.add(IntStream.range(first, Math.min(size, first + problemsPerTask)).boxed().toList());
    }
    if (!run(shards).isEmpty()) {
      List<List<Integer>> left = shards.stream().filter(this::isMissing).toList();
      LOG.warn("{} of {} shards of a round are run again, one by one", left.size(), shards.size());
      tally.repeat(left.size());
      for (List<Integer> shard : left) {
        if (!run(List.of(shard)).isEmpty()) {
          shard.forEach(this::runAlone);
        }
      }
    }
    tally.round(size, bytes, System.nanoTime() - begin);
    return outcomes.stream().map(Optional::orElseThrow).toList();
  }

  private boolean isMissing(List<Integer> shard) {
    return outcomes.get(shard.get(0)).isEmpty();
  }

  private void runAlone(int problem) {
    for (RuntimeException failure : run(List.of(List.of(problem)))) {
      tally.passOver();
      if (tally.neverAnswered() && tally.figures().passedOver() >= MOST_BEFORE_AN_ANSWER) {
        throw new FlowException(
            ("%d problems failed on Spark one after the other, and no task has ever succeeded; are"
                    + " all jars at the executors, also the verifier's and the sampler's? The last"
                    + " one, %s: %s")
                .formatted(
                    MOST_BEFORE_AN_ANSWER,
                    request.problems().get(problem).id(),
                    failure.getMessage()),
            failure);
      }
      outcomes.set(
          problem,
          Optional.of(
              RolloutOutcome.failed(request.problems().get(problem), round.version(), failure)));
    }
  }

  /**
   * Runs shards as a job, and returns why some of them have no outcomes: nothing if they all do.
   */
  private List<RuntimeException> run(List<List<Integer>> shards) {
    List<ArrayList<ProblemRecord>> records = shards.stream().map(this::records).toList();
    int problems = shards.stream().mapToInt(Collection::size).sum();
    String description =
        "Rolling out %d problems with version %d of the adapters"
            .formatted(problems, round.version());
    ShardJobs.Results results = jobs.run(description, records, task::run);
    tally.answer(results.results().size());
    results
        .results()
        .forEach(
            (index, encoded) -> {
              List<Integer> shard = shards.get(index);
              for (int i = 0; i < shard.size(); i++) {
                outcomes.set(shard.get(i), Optional.of(decode(shard.get(i), encoded.get(i))));
              }
            });
    return results.failure();
  }

  private ArrayList<ProblemRecord> records(List<Integer> shard) {
    ArrayList<ProblemRecord> records = new ArrayList<>();
    for (int problem : shard) {
      records.add(
          ProblemRecord.of(request.problems().get(problem), request.originals().get(problem)));
    }
    return records;
  }

  private RolloutOutcome decode(int problem, byte[] encoded) {
    bytes += encoded.length;
    return TreeCodec.decode(
        encoded, request.problems().get(problem), request.originals().get(problem));
  }
}
