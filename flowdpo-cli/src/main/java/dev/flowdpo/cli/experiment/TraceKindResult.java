package dev.flowdpo.cli.experiment;

/**
 * What a kind of traces gave with one seed; the content of {@code result.json}. Immutable.
 *
 * @param distribution the problems' distribution
 * @param kind the folder name of the kind of traces
 * @param seed the seed
 * @param traces how many traces were trained on, or measured on to stop in time
 * @param steps how many steps training took
 * @param accuracy held-out accuracy of a single pass with the fresh adapter, greedily
 * @param flowAccuracy held-out accuracy of the flow that the traces came from, greedily; NaN where
 *     they came from none
 * @param correct how many of the held-out problems the single pass answered right
 * @param heldOut how many held-out problems there are
 * @param heldOutOutcomes '1' for each of them that was answered right, else '0'
 */
record TraceKindResult(
    String distribution,
    String kind,
    long seed,
    int traces,
    int steps,
    double accuracy,
    double flowAccuracy,
    int correct,
    int heldOut,
    String heldOutOutcomes) {}
