package dev.naru.cli;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Limits;
import dev.naru.linux.Machine;
import dev.naru.linux.SharedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code naru doctor} looks at. */
final class Checkup {
    private static final int OLDEST_JDK = 25;
    private static final String OLDEST_KERNEL = "5.10";
    private static final String OLDEST_GLIBC = "2.34";
    private static final int FEW_DESCRIPTORS = 1024;
    private static final long LITTLE_MEMORY = 16 << 20;

    private final Context.Jvm jvm;

    Checkup(Context.Jvm jvm) {
        this.jvm = jvm;
    }

    /** How bad it is. */
    enum Verdict {
        OK,
        WARN,
        FAIL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Verdict failUnless(boolean good) {
            return good ? OK : FAIL;
        }

        static Verdict warnUnless(boolean good) {
            return good ? OK : WARN;
        }
    }

    /**
     * One line of the report.
     *
     * @param name what was looked at
     * @param verdict how it is
     * @param value what was found
     * @param remedy what helps if it is not well
     */
    record Finding(String name, Verdict verdict, String value, String remedy) {}

    List<Finding> all() {
        return List.of(
                jdk(),
                nativeAccess(),
                kernel(),
                machine(),
                cLibrary(),
                proc(),
                descriptors(),
                pipeSize(),
                pipePages(),
                sharedMemory(),
                futex());
    }

    private Finding jdk() {
        return new Finding(
                "JDK",
                Verdict.failUnless(Runtime.version().feature() >= OLDEST_JDK),
                jvm.version() + " at " + jvm.home(),
                "install a JDK 25 or newer and set NARU_JAVA_HOME to it");
    }

    private Finding nativeAccess() {
        return new Finding(
                "native access",
                Verdict.warnUnless(Machine.isNativeAccessGranted()),
                Machine.isNativeAccessGranted() ? "granted" : "granted with a warning of the JVM",
                "start the JVM with " + Machine.nativeAccessFlag());
    }

    private Finding kernel() {
        String release = Machine.kernelRelease();
        return new Finding(
                "kernel",
                Verdict.failUnless(atLeast(release, OLDEST_KERNEL)),
                "Linux " + release,
                "boot Linux " + OLDEST_KERNEL + " or newer");
    }

    private Finding cLibrary() {
        Optional<String> version = Machine.glibcVersion();
        return new Finding(
                "C library",
                Verdict.failUnless(version.isPresent() && atLeast(version.get(), OLDEST_GLIBC)),
                version.map(number -> "glibc " + number).orElse("not glibc"),
                "use a distribution with glibc " + OLDEST_GLIBC + " or newer; children are started by its posix_spawn");
    }

    /** Compares major and minor numbers. */
    private static boolean atLeast(String version, String oldest) {
        String[] parts = version.split("[.-]", 3);
        String[] wanted = oldest.split("[.]", 2);
        int major = Integer.compare(Integer.parseInt(parts[0]), Integer.parseInt(wanted[0]));
        return major != 0 ? major > 0 : Integer.parseInt(parts[1]) >= Integer.parseInt(wanted[1]);
    }

    private Finding machine() {
        String name = Machine.name();
        return new Finding(
                "machine",
                Verdict.failUnless(name.equals("x86_64") || name.equals("aarch64")),
                name,
                "Naru knows the constants of x86-64 and aarch64");
    }

    private Finding proc() {
        boolean mounted = Files.isDirectory(Path.of("/proc/self/fd"));
        return new Finding(
                "/proc", Verdict.failUnless(mounted), mounted ? "mounted" : "not mounted", "mount -t proc proc /proc");
    }

    private Finding descriptors() {
        return new Finding(
                "descriptors",
                Verdict.warnUnless(Limits.softOpenDescriptors() >= FEW_DESCRIPTORS),
                Limits.openDescriptors(),
                "raise 'ulimit -n' (LimitNOFILE= in systemd)");
    }

    private Finding pipeSize() {
        return limit("largest pipe", "fs/pipe-max-size", 1 << 20, "sysctl fs.pipe-max-size=1048576");
    }

    private Finding pipePages() {
        return limit(
                "pages in pipes",
                "fs/pipe-user-pages-soft",
                16_384,
                "sysctl fs.pipe-user-pages-soft=16384 (0: no limit)");
    }

    private Finding sharedMemory() {
        Path directory = SharedFiles.POSIX_DIRECTORY;
        String remedy =
                "mount -t tmpfs -o mode=1777 none " + directory + ", or give it more room: mount -o remount,size=SIZE";
        try (Descriptor opened = Descriptor.open(directory, Descriptor.Access.READ)) {
            Optional<FileSpace.Room> room = FileSpace.room(opened);
            return new Finding(
                    directory.toString(),
                    Verdict.warnUnless(room.isPresent() && room.get().available() >= LITTLE_MEMORY),
                    room.map(found -> "%d MiB, %d MiB free".formatted(found.size() >> 20, found.available() >> 20))
                            .orElse("unknown"),
                    remedy);
        } catch (ErrnoException refused) {
            return new Finding(
                    directory.toString(), Verdict.WARN, refused.problem().text(), remedy);
        }
    }

    private Finding futex() {
        boolean there = Machine.hasFutexWaitVector();
        return new Finding(
                "futex_waitv",
                Verdict.warnUnless(there),
                there ? "there" : "not there: waits in shared memory look around every 10 ms",
                "boot Linux 5.16 or newer, or let the container's seccomp filter allow it");
    }

    private static Finding limit(String name, String path, long least, String remedy) {
        String value = Limits.kernel(path);
        String number = value.substring(value.indexOf('=') + 1);
        boolean known = number.matches("\\d+");
        boolean enough = known && (Long.parseLong(number) >= least || Long.parseLong(number) == 0);
        return new Finding(name, Verdict.warnUnless(enough), value, remedy);
    }
}
