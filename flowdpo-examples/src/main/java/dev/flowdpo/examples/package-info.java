/**
 * Short programs to read, one file each and none needs another, except that most take their
 * problems from {@link dev.flowdpo.examples.Pens}. All run on the bundled model unless they are
 * given another, and use what applications may use, nothing else.
 */
@NullMarked
package dev.flowdpo.examples;

import org.jspecify.annotations.NullMarked;
