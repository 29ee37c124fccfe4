package dev.naru.bench;

import java.io.IOException;

/** The ends of rings that one process has, of one {@link Library}. They live as long as the process. */
interface RingEnds {
    /** The end that sends, of the ring of that name. */
    Outlet outlet(String name) throws IOException;

    /** The end that receives, of the ring of that name. */
    Inlet inlet(String name) throws IOException;

    /** Comes back when the other process has its ends, too, if this library needs that. */
    void connect();
}
