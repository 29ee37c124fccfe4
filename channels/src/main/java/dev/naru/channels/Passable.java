package dev.naru.channels;

import dev.naru.linux.Descriptor;
import java.io.IOException;

/**
 * What can be handed to another process through a Unix socket: an end of a pipe, a connection, memory. The far side gets a descriptor, and
 * makes of it what it is: {@link Endpoints#reader(Descriptor)}, {@link Endpoints#writer(Descriptor)}, {@link Connection#of},
 * {@code SharedMemory.open}, {@code Ring.open}.
 *
 * <p>After unix(7), SCM_RIGHTS. A file is a {@link Descriptor} already: {@link #of}.
 */
@FunctionalInterface
public interface Passable {
    /**
     * A descriptor for the far side, open apart from this where the kernel allows it, so that neither its flags nor its locks are shared.
     * The caller closes it.
     */
    Descriptor toPass() throws IOException;

    /** Whatever stands behind a descriptor, which stays the caller's; both sides share its flags, its position and its locks. */
    static Passable of(Descriptor descriptor) {
        return descriptor::duplicate;
    }
}
