/** The message queues of the kernel: System V (msqid) and POSIX. */
@NullMarked
package dev.naru.queues;

import org.jspecify.annotations.NullMarked;
