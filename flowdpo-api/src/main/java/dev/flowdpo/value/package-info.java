/** What goes into a flow and what comes out: values only, on which everything else is built. */
@NullMarked
package dev.flowdpo.value;

import org.jspecify.annotations.NullMarked;
