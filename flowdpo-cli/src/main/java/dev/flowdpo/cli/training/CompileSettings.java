package dev.flowdpo.cli.training;

import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.FlowChoice;
import dev.flowdpo.learning.TraceOptions;
import dev.flowdpo.runtime.training.TrainerOptions;

/**
 * What a compile run does.
 *
 * @param seed of solving problems
 * @param source where the traces come from
 * @param flow the flow that solves problems for traces
 * @param filter which traces are good enough
 * @param training the numbers of the training
 * @param data problems to solve for traces, and held-out ones
 */
record CompileSettings(
    long seed,
    TraceSource source,
    FlowChoice flow,
    TraceOptions filter,
    TrainerOptions training,
    LearningData data) {}
