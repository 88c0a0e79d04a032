/** Reading models out of GGUF files. */
@NullMarked
package dev.flowdpo.runtime.gguf;

import org.jspecify.annotations.NullMarked;
