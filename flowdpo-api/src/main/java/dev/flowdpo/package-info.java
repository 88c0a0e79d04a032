/**
 * Step-by-step solving. {@link dev.flowdpo.Flow} is the door: it lets an Answer policy write a
 * solution chunk by chunk and asks a Stop judge after every chunk whether the answer is finished
 * (Flow-DPO, arXiv 2410.22304, section 3.1). The other types here are the values that go in and
 * come out: problems, options, solutions and the errors.
 */
@NullMarked
package dev.flowdpo;

import org.jspecify.annotations.NullMarked;
