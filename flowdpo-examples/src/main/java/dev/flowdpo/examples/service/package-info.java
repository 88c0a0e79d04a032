/**
 * A whole service on the JDK's own HTTP server: answers with streaming, takes feedback, learns from
 * it in the background, tells its figures, and survives being killed.
 */
@NullMarked
package dev.flowdpo.examples.service;

import org.jspecify.annotations.NullMarked;
