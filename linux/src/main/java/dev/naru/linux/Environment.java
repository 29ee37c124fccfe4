package dev.naru.linux;

import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.ProcessCalls;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The environment that a child gets, as bytes: of what comes from our own none is changed, also when it is not text in this
 * locale (environ(7)).
 *
 * <p>Immutable and thread-safe.
 */
public final class Environment {
    /** Each as {@code NAME=value}, without the NUL. */
    private final List<byte[]> variables;

    private Environment(List<byte[]> variables) {
        this.variables = variables;
    }

    /** The one that this process has now. */
    public static Environment ours() {
        return new Environment(ProcessCalls.environment());
    }

    /** These variables and no other, in the locale's encoding. */
    public static Environment of(Map<String, String> variables) {
        return new Environment(List.of()).with(variables);
    }

    /**
     * This one with those variables, in the locale's encoding, in place of what has their names.
     *
     * @throws IllegalArgumentException a NUL in one of them, or a name that is empty or has {@code =} behind its first character
     */
    public Environment with(Map<String, String> added) {
        List<byte[]> all = new ArrayList<>();
        List<byte[]> names = added.keySet().stream().map(Environment::nameBytes).toList();
        for (byte[] variable : variables) {
            if (names.stream().noneMatch(name -> isNamed(variable, name))) {
                all.add(variable);
            }
        }
        added.forEach((name, value) -> all.add(variable(name, value)));
        return new Environment(List.copyOf(all));
    }

    /** The name and the {@code =} behind it. */
    private static byte[] nameBytes(String name) {
        if (name.isEmpty() || name.indexOf('=', 1) >= 0) {
            throw new IllegalArgumentException("no name of a variable: '" + name + "'");
        }
        return NativeText.bytes(name + "=");
    }

    private static boolean isNamed(byte[] variable, byte[] name) {
        return variable.length >= name.length && Arrays.equals(variable, 0, name.length, name, 0, name.length);
    }

    private static byte[] variable(String name, String value) {
        Spawn.refuseNul(name + value);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(nameBytes(name));
        bytes.writeBytes(NativeText.bytes(value));
        return bytes.toByteArray();
    }

    List<byte[]> variables() {
        return variables;
    }
}
