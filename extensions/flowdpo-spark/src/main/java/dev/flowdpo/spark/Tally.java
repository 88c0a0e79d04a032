package dev.flowdpo.spark;

import java.time.Duration;

/** Counts what an executor of rounds does. Thread-safe. */
final class Tally {
  private int rounds;
  private int problems;
  private int passedOver;
  private int repeatedShards;
  private int versions;
  private long answeredShards;
  private long bytesBroadcast;
  private long bytesCollected;
  private long nanos;

  synchronized void broadcast(int bytes) {
    versions++;
    bytesBroadcast += bytes;
  }

  synchronized void round(int size, long bytes, long time) {
    rounds++;
    problems += size;
    bytesCollected += bytes;
    nanos += time;
  }

  synchronized void repeat(int shards) {
    repeatedShards += shards;
  }

  synchronized void answer(int shards) {
    answeredShards += shards;
  }

  /** Says whether no task has succeeded yet. */
  synchronized boolean neverAnswered() {
    return answeredShards == 0;
  }

  synchronized void passOver() {
    passedOver++;
  }

  synchronized RolloutFigures figures() {
    return new RolloutFigures(
        rounds,
        problems,
        passedOver,
        repeatedShards,
        versions,
        bytesBroadcast,
        bytesCollected,
        Duration.ofNanos(nanos));
  }
}
