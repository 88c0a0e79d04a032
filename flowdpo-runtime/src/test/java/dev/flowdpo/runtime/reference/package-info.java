/** The PyTorch reference under {@code src/test/resources/pytorch}, as Java values. */
@NullMarked
package dev.flowdpo.runtime.reference;

import org.jspecify.annotations.NullMarked;
