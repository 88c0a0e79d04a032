/** What is thrown, and the checks of single values that throw it. */
@NullMarked
package dev.flowdpo.error;

import org.jspecify.annotations.NullMarked;
