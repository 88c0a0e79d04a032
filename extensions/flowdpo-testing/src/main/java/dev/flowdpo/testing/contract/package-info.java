/**
 * What every implementation of an interface of {@code flowdpo-api} has to keep, as abstract JUnit 5
 * classes: extend one, say what is to be tested, and its tests run with yours.
 *
 * <pre>{@code
 * class MyPolicyTest extends FlowPolicyContract {
 *   protected FlowPolicy policy() {
 *     return new MyPolicy();
 *   }
 * }
 * }</pre>
 *
 * <p>The tests ask for values and for nothing about time, except that what hangs for minutes fails.
 */
@NullMarked
package dev.flowdpo.testing.contract;

import org.jspecify.annotations.NullMarked;
