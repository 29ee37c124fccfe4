package dev.naru.linux.internal;

import dev.naru.linux.Problem;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a C function becomes a method handle, and what all downcalls share. */
public final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final AddressLayout POINTER = ValueLayout.ADDRESS;

    /** Looked at before the first downcall: with its warning, the JVM grants the rest. */
    private static final boolean ACCESS_GRANTED = Native.class.getModule().isNativeAccessEnabled();

    /** Whether this JVM refuses every restricted method, as with {@code --illegal-native-access=deny}. */
    private static final boolean DENIED = isDenied();

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup C_LIBRARY = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    /** {@code struct utsname}: six fields of 65 bytes, the release third, the machine fifth. */
    private static final int UTSNAME_FIELD = 65;

    private Native() {}

    /** A function that sets errno: its handle takes the thread's {@link CallState} first. */
    static MethodHandle errnoCall(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO);
    }

    /** The same for one that never waits, nor for long: the collector does, so the call costs less. */
    static MethodHandle promptCall(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO, Linker.Option.critical(false));
    }

    /** A variadic function that sets errno; {@code fixed} arguments stand before the variadic ones. */
    static MethodHandle errnoCallVariadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return link(
                name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO, Linker.Option.firstVariadicArg(fixed));
    }

    /** A function that answers an error number itself, or cannot fail. */
    static MethodHandle plainCall(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments));
    }

    /** A variadic function whose errno nobody looks at: it costs a little less, and no object where it is not inlined. */
    static MethodHandle plainCallVariadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), Linker.Option.firstVariadicArg(fixed));
    }

    static MemorySegment address(String name) {
        return C_LIBRARY.findOrThrow(name);
    }

    /** The strings of a {@code char **} variable of the C library, up to its NULL, as bytes. */
    @SuppressWarnings("restricted") // reads C strings
    static List<byte[]> strings(String variable) {
        List<byte[]> strings = new ArrayList<>();
        MemorySegment array = address(variable).reinterpret(POINTER.byteSize()).get(POINTER, 0);
        if (!array.equals(MemorySegment.NULL)) {
            MemorySegment pointers = array.reinterpret(Long.MAX_VALUE);
            MemorySegment string = pointers.getAtIndex(POINTER, 0);
            while (!string.equals(MemorySegment.NULL)) {
                MemorySegment bytes = string.reinterpret(Long.MAX_VALUE);
                long length = 0;
                while (bytes.get(ValueLayout.JAVA_BYTE, length) != 0) {
                    length++;
                }
                strings.add(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
                string = pointers.getAtIndex(POINTER, strings.size());
            }
        }
        return strings;
    }

    @SuppressWarnings("restricted") // the only place of the project that links native code
    private static MethodHandle link(String name, FunctionDescriptor shape, Linker.Option... options) {
        if (DENIED) {
            MethodType type = shape.toMethodType();
            boolean captures = List.of(options).contains(CAPTURE_ERRNO);
            return refusal(captures ? type.insertParameterTypes(0, MemorySegment.class) : type);
        }
        return LINKER.downcallHandle(C_LIBRARY.findOrThrow(name), shape, options);
    }

    @SuppressWarnings("restricted") // it does nothing: the question is whether it may
    private static boolean isDenied() {
        try {
            var _ = MemorySegment.NULL.reinterpret(0);
            return false;
        } catch (IllegalCallerException _) {
            return true;
        }
    }

    /**
     * What stands for a function where downcalls are forbidden: each call throws. Handles are linked in initializers, and one
     * that throws is told once; whoever comes later finds no class, and no reason.
     */
    private static MethodHandle refusal(MethodType type) {
        try {
            MethodHandle reason = MethodHandles.lookup()
                    .findStatic(Native.class, "denial", MethodType.methodType(IllegalCallerException.class));
            MethodHandle thrower = MethodHandles.throwException(type.returnType(), IllegalCallerException.class);
            return MethodHandles.dropArguments(
                    MethodHandles.collectArguments(thrower, 0, reason), 0, type.parameterList());
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(impossible.getMessage(), impossible);
        }
    }

    private static IllegalCallerException denial() {
        return new IllegalCallerException(Problem.NATIVE_ACCESS.text() + "; start it with " + accessFlag());
    }

    /** Whether downcalls are possible at all. For initializers, which ask the kernel only then. */
    public static boolean mayCall() {
        return !DENIED;
    }

    /** Throws what every downcall throws where they are forbidden. */
    public static void requireAccess() {
        if (DENIED) {
            throw denial();
        }
    }

    /** The kernel's convention from the C library's: the value, or the negated errno. */
    static long answer(long value, MemorySegment state) {
        return value >= 0 ? value : -CallState.errno(state);
    }

    static int answer(int value, MemorySegment state) {
        return value >= 0 ? value : -CallState.errno(state);
    }

    /** {@code invokeExact} declares Throwable; what comes out of a downcall is a defect of ours, never an I/O error. */
    static AssertionError unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException runtime) {
            throw runtime; // a closed arena, a segment of another thread: the caller's mistake, named by the JDK
        }
        return new AssertionError("downcall", thrown);
    }

    /** The machine as uname(2) names it: {@code x86_64}, {@code aarch64}. */
    public static String machine() {
        return uname(4);
    }

    /** Whether this JVM is of aarch64 and not of x86-64. The machine may say {@code i686} of the latter: setarch(8). */
    static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    /** The release as uname(2) names it: {@code 6.18.44}. */
    public static String kernelRelease() {
        return uname(2);
    }

    /** What gnu_get_libc_version(3) says; empty in another C library. */
    @SuppressWarnings("restricted") // reads a constant C string
    public static Optional<String> glibcVersion() {
        if (C_LIBRARY.find("gnu_get_libc_version").isEmpty()) {
            return Optional.empty();
        }
        try {
            MemorySegment version =
                    (MemorySegment) plainCall("gnu_get_libc_version", POINTER).invokeExact();
            return Optional.of(version.reinterpret(Long.MAX_VALUE).getString(0));
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    private static String uname(int field) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment names = arena.allocate(6L * UTSNAME_FIELD);
            int _ = (int) plainCall("uname", INT, POINTER).invokeExact(names);
            return names.getString((long) field * UTSNAME_FIELD);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Whether this module may make downcalls without the JVM's warning. */
    public static boolean accessGranted() {
        return ACCESS_GRANTED;
    }

    /** The flag that grants it, for the way in which this module was loaded. */
    public static String accessFlag() {
        Module module = Native.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
}
