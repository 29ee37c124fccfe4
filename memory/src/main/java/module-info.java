import org.jspecify.annotations.NullMarked;

/**
 * Memory that processes share: the lock that survives its owner's death, and rings of messages.
 *
 * <p>Start at {@link dev.naru.memory.SharedMemory}, {@link dev.naru.memory.Ring} or {@link dev.naru.memory.SharedLock}.
 */
@NullMarked
module dev.naru.memory {
    requires transitive dev.naru.channels;
    requires transitive dev.naru.linux;
    requires static transitive org.jspecify;

    exports dev.naru.memory;

    provides dev.naru.channels.MessageProvider with
            dev.naru.memory.RingProvider;
}
