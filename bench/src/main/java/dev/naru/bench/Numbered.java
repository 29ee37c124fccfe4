package dev.naru.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Values that begin with the number of their record, by which a reader knows them. */
final class Numbered {
    private static final VarHandle NUMBER = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Numbered() {}

    /** A new one. */
    static byte[] value(int bytes, long number) {
        byte[] value = new byte[bytes];
        NUMBER.set(value, 0, number);
        return value;
    }

    /** The number of that one. */
    static long number(byte @Nullable [] value) {
        if (value == null) {
            throw new IllegalStateException("a record has lost its value");
        }
        return (long) NUMBER.get(value, 0);
    }

    /** Whether so many numbers, from 0 on, have that sum. */
    static void requireSum(long count, long sum) {
        if (sum != count * (count - 1) / 2) {
            throw new IllegalStateException("what was read is not what was written");
        }
    }
}
