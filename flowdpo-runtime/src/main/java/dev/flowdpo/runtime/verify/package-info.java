/**
 * Verifiers that need a library, a process or a network: {@link
 * dev.flowdpo.runtime.verify.JsonSchemaVerifier} for answers in JSON, {@link
 * dev.flowdpo.runtime.verify.ProcessVerifier} for programs in any language and for verifiers that
 * must not share this process, {@link dev.flowdpo.runtime.verify.HttpVerifier} for services.
 * Whatever such a counterpart does, it costs the rollouts it was asked about and nothing else.
 */
@NullMarked
package dev.flowdpo.runtime.verify;

import org.jspecify.annotations.NullMarked;
