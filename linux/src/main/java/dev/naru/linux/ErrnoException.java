package dev.naru.linux;

import java.io.IOException;
import java.io.Serial;

/**
 * What the kernel refused: which call, on what, with which errno, the limit and the value that broke it if there is one,
 * and what helps. What Naru itself refuses, since the kernel would do something else than was meant, has neither call nor
 * errno. The message has all of it:
 *
 * <pre>{@code
 * fifo:run/orders: it exists already (mkfifo: EEXIST); choose another name, or take what is there: …
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ErrnoException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final Problem problem;
    private final Errno errno;
    private final String call;
    private final String target;
    private final String limit;
    private final String value;

    private ErrnoException(Problem problem, Errno errno, String call, String target, String limit, String value) {
        super(summary(problem, errno, call, target, limit, value)
                + "; "
                + Problem.fill(problem.remedy(), limit, value));
        this.problem = problem;
        this.errno = errno;
        this.call = call;
        this.target = target;
        this.limit = limit;
        this.value = value;
    }

    /** The exception for an errno whose meaning does not depend on the call. */
    public static ErrnoException of(int errno, String call, String target) {
        return switch (Errno.of(errno)) {
            case EACCES, EPERM -> of(Problem.DENIED, errno, call, target);
            case ENOENT -> of(Problem.NOT_FOUND, errno, call, target);
            case ENOTDIR -> of(Problem.NOT_A_DIRECTORY, errno, call, target);
            case EISDIR -> of(Problem.IS_A_DIRECTORY, errno, call, target);
            case EEXIST -> of(Problem.EXISTS, errno, call, target);
            case ENAMETOOLONG -> of(Problem.NAME_TOO_LONG, errno, call, target);
            case EROFS -> of(Problem.READ_ONLY, errno, call, target);
            case ENOSPC, EDQUOT -> of(Problem.NO_SPACE, errno, call, target);
            case EMFILE -> of(Problem.TOO_MANY_DESCRIPTORS, errno, call, target, Limits.openDescriptors(), "");
            case ENFILE -> of(Problem.TOO_MANY_FILES, errno, call, target, Limits.kernel("fs/file-max"), "");
            case ENOMEM -> of(Problem.OUT_OF_MEMORY, errno, call, target);
            case EBADF -> of(Problem.BAD_DESCRIPTOR, errno, call, target);
            case EPIPE -> of(Problem.READER_GONE, errno, call, target);
            case ECONNREFUSED -> of(Problem.NOBODY_LISTENS, errno, call, target);
            case EADDRINUSE -> of(Problem.ADDRESS_IN_USE, errno, call, target);
            case EADDRNOTAVAIL -> of(Problem.NOT_AN_ADDRESS_HERE, errno, call, target);
            case ECONNRESET, ECONNABORTED -> of(Problem.CONNECTION_RESET, errno, call, target);
            case ENETUNREACH, EHOSTUNREACH -> of(Problem.UNREACHABLE, errno, call, target);
            case EPROTOTYPE -> of(Problem.OTHER_SOCKET_TYPE, errno, call, target);
            case ETIMEDOUT -> of(Problem.NO_ANSWER, errno, call, target);
            case ENOTCONN, EDESTADDRREQ -> of(Problem.NOT_CONNECTED, errno, call, target);
            case ENOSYS, EOPNOTSUPP -> of(Problem.UNSUPPORTED, errno, call, target);
            default -> of(Problem.KERNEL, errno, call, target);
        };
    }

    /** The exception for what Naru refuses by itself: no call has failed, so the errno is {@link Errno#UNKNOWN}. */
    public static ErrnoException of(Problem problem, String target) {
        return of(problem, Errno.UNKNOWN.number(), "", target);
    }

    /** The exception for a problem that the caller has recognised. */
    public static ErrnoException of(Problem problem, int errno, String call, String target) {
        return of(problem, errno, call, target, "", "");
    }

    /** The same with the limit in force and the value that broke it, each with its unit. */
    public static ErrnoException of(
            Problem problem, int errno, String call, String target, String limit, String value) {
        return new ErrnoException(problem, Errno.of(errno), call, target, limit, value);
    }

    private static String summary(
            Problem problem, Errno errno, String call, String target, String limit, String value) {
        String words = named(target) + Problem.fill(problem.text(), limit, value);
        return call.isEmpty()
                ? words
                : words + " (%s: %s)".formatted(call, problem == Problem.KERNEL ? errno : errno.name());
    }

    /** The target as people know it. */
    private static String named(String target) {
        return switch (target) {
            case "" -> "'': ";
            case "fd:0" -> "standard input: ";
            case "fd:1" -> "standard output: ";
            case "fd:2" -> "standard error: ";
            default -> target.endsWith(":") ? target + " " : target + ": ";
        };
    }

    /** The message without what helps. */
    public String summary() {
        return summary(problem, errno, call, target, limit, value);
    }

    /** The entry of the table of errors. */
    public Problem problem() {
        return problem;
    }

    /** The kernel's error; {@link Errno#UNKNOWN} when no call has failed. */
    public Errno errno() {
        return errno;
    }

    /** The system call, as the manual names it; empty when none has failed. */
    public String call() {
        return call;
    }

    /** The path, address or program it was about. */
    public String target() {
        return target;
    }

    /** The limit in force, as {@code fs.pipe-max-size=1048576}; empty when none was broken. */
    public String limit() {
        return limit;
    }

    /** The value that broke the limit, with its unit; empty when none was broken. */
    public String value() {
        return value;
    }

    /** What helps. */
    public String remedy() {
        return Problem.fill(problem.remedy(), limit, value);
    }
}
