package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Jobs whose partitions are shards. Results come in one by one, so that a job that Spark gives up,
 * since one of its tasks failed too often, costs none of those that are there. Thread-safe.
 */
final class ShardJobs {
  private static final Logger LOG = LoggerFactory.getLogger(ShardJobs.class);

  private final JavaSparkContext spark;
  private final String group;

  /** What an executor does with a shard. */
  @FunctionalInterface
  interface Task<S extends Serializable> extends Serializable {
    List<byte[]> run(S shard);
  }

  /**
   * Results of shards by their index, and why the others have none.
   *
   * @param failure why; nothing but null where none is missing
   */
  record Results(SortedMap<Integer, List<byte[]>> results, List<RuntimeException> failure) {}

  /**
   * @param group names the jobs in Spark, so that they can be cancelled
   */
  ShardJobs(JavaSparkContext spark, String group) {
    this.spark = spark;
    this.group = group;
  }

  /** Refuses where the application has ended. */
  void checkRunning() {
    if (spark.sc().isStopped()) {
      throw new FlowException(
          "Spark: expected an application that runs, found that it has ended; start another and go"
              + " on from the learner's checkpoint");
    }
  }

  /**
   * Runs a job.
   *
   * @throws FlowException if this thread is interrupted, whereupon the job is cancelled and the
   *     thread stays interrupted; or if the application has ended
   */
  <S extends Serializable> Results run(String description, List<S> shards, Task<S> task) {
    checkRunning();
    SparkContext context = spark.sc();
    SortedMap<Integer, List<byte[]>> results = new TreeMap<>();
    RDD<S> rdd = spark.parallelize(shards, shards.size()).rdd();
    Function2<TaskContext, Iterator<S>, ArrayList<byte[]>> onExecutor =
        (Function2<TaskContext, Iterator<S>, ArrayList<byte[]>> & Serializable)
            (taskContext, partition) -> new ArrayList<>(task.run(partition.next()));
    List<Object> partitions = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      partitions.add(i);
    }
    context.setJobGroup(group, description, true);
    try {
      context.runJob(
          rdd,
          onExecutor,
          CollectionConverters.asScala(partitions).toSeq(),
          (index, result) -> {
            synchronized (results) {
              results.put((Integer) index, result);
            }
            return BoxedUnit.UNIT;
          },
          ClassTag$.MODULE$.apply(ArrayList.class));
    } catch (Exception e) { // Scala declares none: an interrupt comes through, too
      if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
        context.cancelJobGroup(group);
        Thread.currentThread().interrupt();
        throw new FlowException("The rollouts were interrupted and given up.", e);
      }
      LOG.debug("A job failed: {}", description, e);
      synchronized (results) {
        return new Results(
            new TreeMap<>(results),
            List.of(new FlowException(description + " failed on Spark: " + cause(e), e)));
      }
    } finally {
      context.clearJobGroup();
    }
    return new Results(results, List.of());
  }

  /** The first line of Spark's message tells what failed; below it come stack traces. */
  private static String cause(Exception e) {
    return String.valueOf(e.getMessage()).lines().limit(2).reduce((a, b) -> a + " " + b).orElse("");
  }
}
