/** A Spring Boot application that answers questions, learns from feedback, and shows both. */
@NullMarked
package dev.flowdpo.sample;

import org.jspecify.annotations.NullMarked;
