package dev.naru.linux;

/** The signals that one process sends to another, with their numbers on x86-64 and aarch64 ({@code <signal.h>}). */
public enum Signal {
    /** Hangup. */
    SIGHUP(1),
    /** Interrupt from the keyboard. */
    SIGINT(2),
    /** Quit from the keyboard; a JVM prints its threads. */
    SIGQUIT(3),
    /** Kill at once; it cannot be caught. */
    SIGKILL(9),
    /** For the program's own use. */
    SIGUSR1(10),
    /** For the program's own use. */
    SIGUSR2(12),
    /** Write to a pipe that nobody reads. */
    SIGPIPE(13),
    /** Please end. */
    SIGTERM(15),
    /** Go on after SIGSTOP. */
    SIGCONT(18),
    /** Stop; it cannot be caught. */
    SIGSTOP(19);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /** The name of any signal: {@code SIGKILL}, or {@code signal 11} for one that is not in this table. */
    static String nameOf(int number) {
        for (Signal signal : values()) {
            if (signal.number == number) {
                return signal.name();
            }
        }
        return "signal " + number;
    }

    /** The number. */
    public int number() {
        return number;
    }
}
