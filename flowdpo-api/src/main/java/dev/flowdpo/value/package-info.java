/**
 * What goes into a flow and what comes out: problems, solutions and their parts, token ids. Values
 * only: everything else is built on them.
 */
@NullMarked
package dev.flowdpo.value;

import org.jspecify.annotations.NullMarked;
