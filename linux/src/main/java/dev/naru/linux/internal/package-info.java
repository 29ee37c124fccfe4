/**
 * Downcalls by header, the thread's errno, and the ways of waiting: {@code ppoll} and {@code futex_waitv} for
 * platform threads, shared threads for virtual ones. Nothing here is exported.
 *
 * <p>Every call answers what the kernel does: a value of zero or more, or a <b>negated errno</b>. It throws nothing and,
 * on the hot path, allocates nothing.
 */
package dev.naru.linux.internal;
