/**
 * Online learning while the application runs (Flow-DPO, arXiv 2410.22304, section 3.2), and the
 * traces of the compile stage (section 4.3).
 */
@NullMarked
package dev.flowdpo.learning;

import org.jspecify.annotations.NullMarked;
