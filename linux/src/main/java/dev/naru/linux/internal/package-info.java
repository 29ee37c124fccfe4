/**
 * Downcalls by header, the thread's errno, and the two ways of waiting: {@code ppoll} for platform threads, one shared
 * epoll for virtual ones. Nothing here is exported.
 *
 * <p>Every call answers what the kernel does: a value of zero or more, or a <b>negated errno</b>. It throws nothing and,
 * on the hot path, allocates nothing.
 */
package dev.naru.linux.internal;
