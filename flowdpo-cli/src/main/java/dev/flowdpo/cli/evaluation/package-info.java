/**
 * What a flow is measured on and how: problems that are learned from and those that are held out,
 * single passes, solutions as they are written, and the share of right answers.
 */
@NullMarked
package dev.flowdpo.cli.evaluation;

import org.jspecify.annotations.NullMarked;
