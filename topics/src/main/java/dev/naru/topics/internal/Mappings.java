package dev.naru.topics.internal;

import dev.naru.linux.SharedMapping;

/** Closing of mappings that another thread may just be using in a call. */
public final class Mappings {
    private Mappings() {}

    /** Closes it as soon as no system call and no checksum uses it: they are short, and no sleep is among them. */
    @SuppressWarnings("ThreadPriorityCheck") // whoever uses it needs a core to end
    public static void close(SharedMapping mapping) {
        while (mapping.isOpen()) {
            try {
                mapping.close();
            } catch (IllegalStateException inUse) {
                Thread.yield();
            }
        }
    }
}
