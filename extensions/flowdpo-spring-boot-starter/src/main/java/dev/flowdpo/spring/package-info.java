/** A flow, its learner and what is to be seen of them, as beans of a Spring Boot application. */
@NullMarked
package dev.flowdpo.spring;

import org.jspecify.annotations.NullMarked;
