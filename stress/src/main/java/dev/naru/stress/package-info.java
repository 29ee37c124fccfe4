/**
 * Each protocol of shared memory under jcstress: all that two threads can make of it, and what they must not. Beside each
 * stands a {@link dev.naru.stress.Mutant}, the same without one protection, which must be caught: that shows that the test can
 * see.
 *
 * <p>Most are the word operations of the code, in its order and on its layouts, since they are run millions of times
 * ({@link dev.naru.stress.Cells}); {@link dev.naru.stress.RealLock}, {@link dev.naru.stress.RealRing} and
 * {@link dev.naru.stress.RealBroadcast} are the code itself. Whoever changes an order there changes it here.
 */
@NullMarked
package dev.naru.stress;

import org.jspecify.annotations.NullMarked;
