import org.jspecify.annotations.NullMarked;

/**
 * Linux system calls as plain Java objects: descriptors, the poller, pipes, FIFOs, child processes,
 * futexes, mappings, file locks.
 *
 * <p>The only downcalls of the project live here. The rest of Naru, and whoever needs the raw mechanism, builds on
 * {@link dev.naru.linux.Descriptor}.
 */
@NullMarked
module dev.naru.linux {
    requires static transitive org.jspecify;

    exports dev.naru.linux;
}
