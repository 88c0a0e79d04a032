/** Where the engine meets its service interface: opens the model that a flow asks for. */
@NullMarked
package dev.flowdpo.runtime;

import org.jspecify.annotations.NullMarked;
