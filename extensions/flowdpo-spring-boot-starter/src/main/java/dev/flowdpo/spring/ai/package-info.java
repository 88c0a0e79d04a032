/** A flow as the chat model of Spring AI. */
@NullMarked
package dev.flowdpo.spring.ai;

import org.jspecify.annotations.NullMarked;
