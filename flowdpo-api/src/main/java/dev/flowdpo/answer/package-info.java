/** The final answer within the text of a solution, and the rule that found it. */
@NullMarked
package dev.flowdpo.answer;

import org.jspecify.annotations.NullMarked;
