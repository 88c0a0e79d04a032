package dev.flowdpo.spark;

import java.time.Duration;

/**
 * What an executor of rounds has done so far. Immutable and thread-safe.
 *
 * @param rounds rounds
 * @param problems problems of them
 * @param passedOver problems whose task Spark gave up
 * @param repeatedShards shards that were run again, since another task ended their job
 * @param versions versions of the adapters that were broadcast
 * @param bytesBroadcast their bytes, each counted once, however many executors fetched them
 * @param bytesCollected bytes of the trees that came back
 * @param inJobs time from the begin of a round's first job to the end of its last
 */
public record RolloutFigures(
    int rounds,
    int problems,
    int passedOver,
    int repeatedShards,
    int versions,
    long bytesBroadcast,
    long bytesCollected,
    Duration inJobs) {}
