import org.jspecify.annotations.NullMarked;

/**
 * The message queues of the kernel, which any program of the machine can use: System V and POSIX.
 *
 * <p>Start at {@link dev.naru.queues.PosixQueue} or {@link dev.naru.queues.SystemVQueue}.
 */
@NullMarked
module dev.naru.queues {
    requires transitive dev.naru.channels;
    requires transitive dev.naru.linux;
    requires static transitive org.jspecify;

    exports dev.naru.queues;

    provides dev.naru.channels.MessageProvider with
            dev.naru.queues.QueueProvider;
}
