/**
 * When are two written answers the same mathematical value? Answers in LaTeX or plain notation are
 * read into small expression trees and compared exactly: rationals and radicals by normal form,
 * rational functions modulo a large prime, everything else to as many digits as a coincidence would
 * need. Input, depth, size of numbers and work are limited, so that hostile text costs no more than
 * ordinary text. {@link dev.flowdpo.verify.math.MathAnswer} is the way in.
 */
@NullMarked
package dev.flowdpo.verify.math;

import org.jspecify.annotations.NullMarked;
