/**
 * Which of two traces of one problem is the better explanation: {@link
 * dev.flowdpo.comparison.TraceComparer} compares, {@link dev.flowdpo.comparison.OrderSwapped} takes
 * the bias towards a position out, and {@link dev.flowdpo.comparison.WinRate} counts. {@link
 * dev.flowdpo.comparison.ChatEndpointComparer} asks a model behind an HTTP endpoint.
 */
@NullMarked
package dev.flowdpo.comparison;

import org.jspecify.annotations.NullMarked;
