package dev.naru.linux.testing;

/** The two kinds of thread: whatever waits must behave alike on both. */
public enum ThreadKind {
    /** A thread of the machine. */
    PLATFORM {
        @Override
        public Thread start(Runnable body) {
            return Thread.ofPlatform().daemon().name("test-task").start(body);
        }
    },
    /** A thread of Java that borrows one of the machine. */
    VIRTUAL {
        @Override
        public Thread start(Runnable body) {
            return Thread.ofVirtual().name("test-task").start(body);
        }
    };

    /** Starts one. */
    public abstract Thread start(Runnable body);
}
