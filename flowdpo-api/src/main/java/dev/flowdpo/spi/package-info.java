/**
 * What an inference and training engine provides. A {@link dev.flowdpo.Flow} finds a {@link
 * dev.flowdpo.spi.FlowEngineProvider} with {@link java.util.ServiceLoader}; the module {@code
 * flowdpo-runtime} brings one. Applications need nothing from this package.
 */
@NullMarked
package dev.flowdpo.spi;

import org.jspecify.annotations.NullMarked;
