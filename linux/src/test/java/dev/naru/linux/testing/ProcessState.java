package dev.naru.linux.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process or a thread is doing just now, as {@code /proc} shows it (proc(5)). */
public final class ProcessState {
    private static final boolean X86 = System.getProperty("os.arch").equals("amd64");

    private ProcessState() {}

    /** System calls in which a test waits for somebody to be. */
    public enum Call {
        /** read(2). */
        READ(0, 63),
        /** write(2). */
        WRITE(1, 64),
        /** openat(2), through which open(3) goes. */
        OPENAT(257, 56),
        /** ppoll(2). */
        PPOLL(271, 73),
        /** futex(2), in which a waiting thread of Java is too. */
        FUTEX(202, 98),
        /** futex_waitv(2). */
        FUTEX_WAITV(449, 449),
        /** semop(2); glibc calls semtimedop(2). */
        SEMOP(220, 192),
        /** msgsnd(2). */
        MSGSND(69, 189),
        /** msgrcv(2). */
        MSGRCV(70, 188),
        /** mq_timedsend(2). */
        MQ_TIMEDSEND(242, 182),
        /** mq_timedreceive(2). */
        MQ_TIMEDRECEIVE(243, 183);

        private final int x86;
        private final int arm;

        Call(int x86, int arm) {
            this.x86 = x86;
            this.arm = arm;
        }

        private String number() {
            return Integer.toString(X86 ? x86 : arm);
        }
    }

    /** The letter of its state: R, S, T stopped, Z zombie; a blank when there is no such process. */
    public static char of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return ' ';
        }
    }

    /** Waits until it is in that state. */
    public static void awaitState(long pid, char letter) {
        Await.until("process " + pid + " is in state " + letter, () -> of(pid) == letter);
    }

    /** Waits until it is gone from the table of processes, so that nothing is left of it, not even a zombie. */
    public static void awaitGone(long pid) {
        Await.until("process " + pid + " is gone", () -> of(pid) == ' ');
    }

    /** Waits until the process, which has one thread, sleeps in that call. */
    public static void awaitBlockedIn(Call call, long pid) {
        Await.until("process " + pid + " sleeps in " + call, () -> isBlockedIn(call, Path.of("/proc", "" + pid)));
    }

    /**
     * Whether that thread sleeps in that call.
     *
     * @param task its folder below {@code /proc}
     */
    public static boolean isBlockedIn(Call call, Path task) {
        try {
            return Files.readString(task.resolve("syscall")).startsWith(call.number() + " ");
        } catch (IOException gone) {
            return false;
        }
    }
}
