/** Short programs to read, one file each. */
@NullMarked
package dev.flowdpo.examples;

import org.jspecify.annotations.NullMarked;
