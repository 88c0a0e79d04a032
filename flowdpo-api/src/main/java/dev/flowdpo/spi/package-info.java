/**
 * What an inference and training engine such as {@code flowdpo-runtime} provides; found with {@link
 * java.util.ServiceLoader}. Applications need nothing from this package.
 */
@NullMarked
package dev.flowdpo.spi;

import org.jspecify.annotations.NullMarked;
