/**
 * Shared by the packages of this module and no part of its API: anything here may change in any
 * release.
 */
@NullMarked
package dev.flowdpo.internal;

import org.jspecify.annotations.NullMarked;
