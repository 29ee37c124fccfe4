package dev.naru.queues;

/**
 * How a new {@link PosixQueue} is made.
 *
 * @param mostMessages how many may wait in it; the limit is fs.mqueue.msg_max unless root makes it
 * @param longest the longest message, in bytes; the limit is fs.mqueue.msgsize_max unless root makes it
 * @param mode permission bits, such as 0600; the umask does not thin them
 */
public record PosixQueueSpec(long mostMessages, long longest, int mode) {
    private static final long USUAL_MESSAGES = 10;
    private static final long USUAL_LONGEST = 8192;
    private static final int OWNER_ONLY = 0600;

    /** Refuses what no queue has. */
    public PosixQueueSpec {
        if (mostMessages < 1 || longest < 1) {
            throw new IllegalArgumentException(
                    mostMessages + " messages of " + longest + " bytes: both are at least 1");
        }
    }

    /** Room for 10 messages of 8192 bytes, as mq_open(3) makes it, for processes of this user. */
    public static PosixQueueSpec usual() {
        return new PosixQueueSpec(USUAL_MESSAGES, USUAL_LONGEST, OWNER_ONLY);
    }

    /** Room for so many messages of so many bytes, for processes of this user. */
    public static PosixQueueSpec of(long mostMessages, long longest) {
        return new PosixQueueSpec(mostMessages, longest, OWNER_ONLY);
    }

    /** The same with who may use it. */
    public PosixQueueSpec withMode(int permissions) {
        return new PosixQueueSpec(mostMessages, longest, permissions);
    }
}
