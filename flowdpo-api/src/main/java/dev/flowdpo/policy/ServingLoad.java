package dev.flowdpo.policy;

/**
 * How busy a flow is at a moment, of all its callers and learners. Immutable and thread-safe.
 *
 * @param waiting problems of solves that no call has taken yet, which {@link
 *     ServingOptions#queueLimit} bounds; 0 where the application's own models run
 * @param underWay answers that have begun and are not finished, rollouts included
 * @param cacheBytes memory set aside for their keys and values, by what each could need at most, as
 *     {@link ServingOptions#cacheBytes} counts it
 */
public record ServingLoad(int waiting, int underWay, long cacheBytes) {}
