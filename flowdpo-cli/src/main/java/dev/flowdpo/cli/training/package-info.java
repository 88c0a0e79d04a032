/**
 * Training one adapter on a file of examples as commands: {@code compile} on correct traces, {@code
 * dpo} on preference pairs.
 */
@NullMarked
package dev.flowdpo.cli.training;

import org.jspecify.annotations.NullMarked;
