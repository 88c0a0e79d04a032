/**
 * Step-by-step solving (Flow-DPO, arXiv 2410.22304, section 3.1): {@link dev.flowdpo.Flow} is the
 * door to all else.
 */
@NullMarked
package dev.flowdpo;

import org.jspecify.annotations.NullMarked;
