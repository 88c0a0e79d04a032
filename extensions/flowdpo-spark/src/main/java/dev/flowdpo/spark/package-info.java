/**
 * FlowDPO on Apache Spark: a learner's rollouts on a cluster, and flows over data sets. Begin at
 * {@link dev.flowdpo.spark.SparkRolloutExecutor} and {@link dev.flowdpo.spark.SparkFlows}.
 */
@NullMarked
package dev.flowdpo.spark;

import org.jspecify.annotations.NullMarked;
