/** Verifiers outside of the process or of plain text: programs, HTTP services, JSON schemas. */
@NullMarked
package dev.flowdpo.verify.external;

import org.jspecify.annotations.NullMarked;
