package dev.naru.linux;

/** How a process ended. */
public sealed interface ExitStatus {
    /**
     * By itself.
     *
     * @param code 0 to 255; 0 is success
     */
    record Exited(int code) implements ExitStatus {}

    /**
     * By a signal.
     *
     * @param signal its number, such as 9 for SIGKILL
     */
    record Signalled(int signal) implements ExitStatus {}

    /** Whether it ended by itself and with 0. */
    default boolean isSuccess() {
        return this instanceof Exited(int code) && code == 0;
    }

    /** For people: {@code exit status 1}, {@code killed by SIGKILL}. */
    default String inWords() {
        return switch (this) {
            case Exited(int code) -> "exit status " + code;
            case Signalled(int signal) -> "killed by " + Signal.nameOf(signal);
        };
    }

    /** As shells number it: the code, or 128 and the signal. */
    default int shellCode() {
        return switch (this) {
            case Exited(int code) -> code;
            case Signalled(int signal) -> 128 + signal;
        };
    }
}
