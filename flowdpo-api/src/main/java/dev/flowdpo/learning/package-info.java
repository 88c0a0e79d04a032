/**
 * Online learning while the application runs: {@link dev.flowdpo.learning.OnlineLearner} reads
 * problems one after another, counts the flow's answer before any update ({@link
 * dev.flowdpo.learning.ProgressiveValidation}), and updates both adapters from the pairs that its
 * rollouts give (Flow-DPO, arXiv 2410.22304, section 3.2). {@link
 * dev.flowdpo.learning.TraceCompiler} collects the correct solutions for the compile stage.
 */
@NullMarked
package dev.flowdpo.learning;

import org.jspecify.annotations.NullMarked;
