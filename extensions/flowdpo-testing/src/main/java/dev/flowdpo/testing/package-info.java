/**
 * Policies, judges and verifiers that follow a script, and contract tests for implementers of the
 * interfaces of {@code flowdpo-api}.
 */
@NullMarked
package dev.flowdpo.testing;

import org.jspecify.annotations.NullMarked;
