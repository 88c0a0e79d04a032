/**
 * Random rollouts at every output node of a flow (Flow-DPO, arXiv 2410.22304, section 3.2), judged
 * by the application's own {@link dev.flowdpo.rollout.Verifier}.
 */
@NullMarked
package dev.flowdpo.rollout;

import org.jspecify.annotations.NullMarked;
