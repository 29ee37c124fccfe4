package dev.naru.linux;

import dev.naru.linux.internal.Native;
import java.util.Optional;

/** The machine that we run on, and what this JVM may do on it. */
public final class Machine {
    private Machine() {}

    /** The hardware, as uname(2) names it: {@code x86_64}, {@code aarch64}. */
    public static String name() {
        return Native.machine();
    }

    /** The kernel's release, as uname(2) names it: {@code 6.18.44}. */
    public static String kernelRelease() {
        return Native.kernelRelease();
    }

    /** The C library's version, such as {@code 2.36}; empty when it is not the GNU one. */
    public static Optional<String> glibcVersion() {
        return Native.glibcVersion();
    }

    /** Whether this JVM grants Naru native access; without, it works, and the JVM warns. */
    public static boolean isNativeAccessGranted() {
        return Native.accessGranted();
    }

    /** The flag that ends the JVM's warning. */
    public static String nativeAccessFlag() {
        return Native.accessFlag();
    }

    /** Whether the kernel has futex_waitv(2), and no filter forbids it; without, waits for words look around every 10 ms. */
    public static boolean hasFutexWaitVector() {
        Native.requireAccess();
        return Futex.vectored;
    }
}
