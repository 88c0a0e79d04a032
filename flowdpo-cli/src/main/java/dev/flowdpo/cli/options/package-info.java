/** Options that several commands have in common, as mixins: each kind is declared once. */
@NullMarked
package dev.flowdpo.cli.options;

import org.jspecify.annotations.NullMarked;
