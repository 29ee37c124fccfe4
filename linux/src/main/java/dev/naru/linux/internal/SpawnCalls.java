package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.plainCall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/** {@code <spawn.h>}. These functions answer an error number; here it is negated, as everywhere. */
public final class SpawnCalls {
    private static final MethodHandle ACTIONS_INIT = plainCall("posix_spawn_file_actions_init", INT, POINTER);
    private static final MethodHandle ACTIONS_DESTROY = plainCall("posix_spawn_file_actions_destroy", INT, POINTER);
    private static final MethodHandle ADD_DUP2 = plainCall("posix_spawn_file_actions_adddup2", INT, POINTER, INT, INT);
    private static final MethodHandle ADD_CLOSE = plainCall("posix_spawn_file_actions_addclose", INT, POINTER, INT);
    private static final MethodHandle ADD_CLOSE_FROM =
            plainCall("posix_spawn_file_actions_addclosefrom_np", INT, POINTER, INT);
    private static final MethodHandle ADD_CHDIR =
            plainCall("posix_spawn_file_actions_addchdir_np", INT, POINTER, POINTER);
    private static final MethodHandle ATTRIBUTES_INIT = plainCall("posix_spawnattr_init", INT, POINTER);
    private static final MethodHandle ATTRIBUTES_DESTROY = plainCall("posix_spawnattr_destroy", INT, POINTER);
    private static final MethodHandle SET_FLAGS =
            plainCall("posix_spawnattr_setflags", INT, POINTER, ValueLayout.JAVA_SHORT);
    private static final MethodHandle SET_MASK = plainCall("posix_spawnattr_setsigmask", INT, POINTER, POINTER);
    private static final MethodHandle SET_DEFAULT = plainCall("posix_spawnattr_setsigdefault", INT, POINTER, POINTER);
    private static final MethodHandle FILL_SET = plainCall("sigfillset", INT, POINTER);
    private static final MethodHandle SPAWN =
            plainCall("posix_spawnp", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);

    /** glibc has 80 bytes for file actions and 336 for attributes; room to spare costs nothing. */
    private static final long SIZEOF_ACTIONS = 512;

    private static final long SIZEOF_ATTRIBUTES = 512;
    private static final long SIZEOF_SIGSET = 128;

    /** {@code struct sigaction}: see {@link BlockingCall}. */
    private static final long SIZEOF_SIGACTION = 152;

    private static final int SIGCHLD = 17; // asm-generic/signal.h
    private static final long SIG_IGN = 1; // asm-generic/signal-defs.h

    private SpawnCalls() {}

    /**
     * A process that was started with SIGCHLD ignored, as under some supervisors, loses its children's statuses: the
     * kernel reaps them itself. Back to the default, then, as the JDK does for its own children.
     */
    public static void useDefaultChildSignal() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIZEOF_SIGACTION, 8);
            int answer = ProcessCalls.sigaction(SIGCHLD, MemorySegment.NULL, action);
            if (answer == 0 && action.get(ValueLayout.JAVA_LONG, 0) == SIG_IGN) {
                int _ = ProcessCalls.sigaction(SIGCHLD, arena.allocate(SIZEOF_SIGACTION, 8), MemorySegment.NULL);
            }
        }
    }

    /** What the child does between fork and exec. Close it when the child is started. */
    public static final class Actions implements AutoCloseable {
        private final Arena arena;
        private final MemorySegment actions;

        private Actions(Arena arena) {
            this.arena = arena;
            this.actions = arena.allocate(SIZEOF_ACTIONS, 16);
        }

        /** None yet. */
        public static Actions create(Arena arena) {
            Actions created = new Actions(arena);
            try {
                int _ = (int) ACTIONS_INIT.invokeExact(created.actions);
                return created;
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** dup2(2), also of a number onto itself; the target is then inherited. */
        public int duplicate(int from, int to) {
            try {
                return -(int) ADD_DUP2.invokeExact(actions, from, to);
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** close(2); a number that is not open is passed over. */
        public int close(int number) {
            try {
                return -(int) ADD_CLOSE.invokeExact(actions, number);
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** Closes all from the number on (glibc 2.34). */
        public int closeFrom(int number) {
            try {
                return -(int) ADD_CLOSE_FROM.invokeExact(actions, number);
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** chdir(2). */
        public int changeDirectory(Path path) {
            try {
                return -(int) ADD_CHDIR.invokeExact(actions, NativeText.of(path, arena));
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** Starts the program: its pid, or a negated error number. */
        public int spawn(MemorySegment pid, String program, List<String> arguments, List<byte[]> environment) {
            MemorySegment attributes = arena.allocate(SIZEOF_ATTRIBUTES, 16);
            MemorySegment none = arena.allocate(SIZEOF_SIGSET, 8);
            MemorySegment all = arena.allocate(SIZEOF_SIGSET, 8);
            try {
                int _ = (int) FILL_SET.invokeExact(all);
                int _ = (int) ATTRIBUTES_INIT.invokeExact(attributes);
                int _ = (int) SET_MASK.invokeExact(attributes, none);
                int _ = (int) SET_DEFAULT.invokeExact(attributes, all);
                int _ = (int) SET_FLAGS.invokeExact(
                        attributes, (short) (Constants.POSIX_SPAWN_SETSIGMASK | Constants.POSIX_SPAWN_SETSIGDEF));
                int error = (int) SPAWN.invokeExact(
                        pid,
                        NativeText.of(program, arena),
                        actions,
                        attributes,
                        strings(arguments.stream().map(NativeText::bytes).toList()),
                        strings(environment));
                int _ = (int) ATTRIBUTES_DESTROY.invokeExact(attributes);
                return error == 0 ? pid.get(ValueLayout.JAVA_INT, 0) : -error;
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }

        /** A {@code char *[]} that ends with NULL. */
        private MemorySegment strings(List<byte[]> values) {
            MemorySegment array = arena.allocate(ValueLayout.ADDRESS, values.size() + 1L);
            for (int i = 0; i < values.size(); i++) {
                array.setAtIndex(ValueLayout.ADDRESS, i, NativeText.terminated(values.get(i), arena));
            }
            return array;
        }

        @Override
        public void close() {
            try {
                int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }
    }
}
