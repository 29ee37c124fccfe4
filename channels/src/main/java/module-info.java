import org.jspecify.annotations.NullMarked;

/**
 * Bytes between processes: anonymous pipes, FIFOs, and children that get their ends.
 *
 * <p>Start at {@link dev.naru.channels.AnonymousPipe}, {@link dev.naru.channels.Fifo} or {@link dev.naru.channels.Command}.
 */
@NullMarked
module dev.naru.channels {
    requires transitive dev.naru.linux;
    requires static transitive org.jspecify;

    exports dev.naru.channels;

    uses dev.naru.channels.MessageProvider;
}
