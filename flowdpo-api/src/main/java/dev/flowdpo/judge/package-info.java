/**
 * Which of two traces of one problem is the better explanation: {@link
 * dev.flowdpo.judge.TraceJudge} compares, {@link dev.flowdpo.judge.OrderSwapped} takes the bias
 * towards a position out, and {@link dev.flowdpo.judge.WinRate} counts. Pure Java; judges that ask
 * a model are in {@code dev.flowdpo.runtime.judge}.
 */
@NullMarked
package dev.flowdpo.judge;

import org.jspecify.annotations.NullMarked;
