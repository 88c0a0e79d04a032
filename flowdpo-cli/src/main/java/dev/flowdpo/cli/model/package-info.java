/**
 * What is done with a model itself, as commands: {@code inspect}, {@code export}, {@code
 * make-model}, {@code pretrain}, and {@code logprobs} and {@code gradient} to check it against
 * other engines.
 */
@NullMarked
package dev.flowdpo.cli.model;

import org.jspecify.annotations.NullMarked;
