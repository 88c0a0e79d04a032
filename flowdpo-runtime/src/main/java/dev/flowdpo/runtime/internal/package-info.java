/**
 * Handling of files and maps shared by the packages of the runtime: JSON objects whose every wrong
 * field is named in the error, files that are replaced in one step, and keys that must be there.
 * Nothing here is part of the public API; it may change without notice.
 */
@NullMarked
package dev.flowdpo.runtime.internal;

import org.jspecify.annotations.NullMarked;
