package dev.naru.memory.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** The bytes of a ring or a lock in which somebody has stored at random. Of each kind of damage there are some. */
public final class Damage {
    private static final int HEADER = 4096;
    private static final int WORDS = 4096;
    private static final int[] HEADER_FIELDS = {0, 8, 16, 40, 128, 136, 1024};

    private final Random random;

    /** By those numbers. */
    public Damage(Random random) {
        this.random = random;
    }

    /**
     * A copy of a file, damaged.
     *
     * @param data where its frames begin; its end when it has none
     * @param header whether the header page may be damaged too
     */
    public byte[] of(byte[] sound, int data, boolean header) {
        byte[] file = sound.clone();
        switch (random.nextInt(header ? 9 : 6)) {
            case 0 -> words(file, WORDS, data, 1 + random.nextInt(3));
            case 1 -> words(file, data, file.length, 1 + random.nextInt(20));
            case 2 -> {
                words(file, WORDS, data, 1);
                words(file, data, file.length, 1 + random.nextInt(8));
            }
            case 3 -> fill(file, data, file.length);
            case 4 -> fill(file, WORDS, random.nextBoolean() ? data : file.length);
            case 5 -> repeat(file, data, random.nextBoolean() ? frame() : 1L << 32);
            case 6 -> field(file);
            case 7 -> fill(file, 128, HEADER);
            default -> {
                return Arrays.copyOf(file, random.nextInt(file.length));
            }
        }
        return file;
    }

    private void fill(byte[] file, int from, int to) {
        for (int at = from; at < to; at++) {
            file[at] = (byte) random.nextInt();
        }
    }

    /** Frames all round, so that none is the last. */
    private static void repeat(byte[] file, int from, long word) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = from; at < file.length; at += Long.BYTES) {
            var _ = bytes.putLong(at, word);
        }
    }

    private void field(byte[] file) {
        int at = HEADER_FIELDS[random.nextInt(HEADER_FIELDS.length)];
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        var _ = bytes.putLong(at, word(bytes.getLong(at)));
    }

    /** Most of them where something stands that tells of more: a position, a length, a number. */
    private void words(byte[] file, int from, int to, int count) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count && from < to; i++) {
            int at = from + random.nextInt((to - from) / 8) * 8;
            for (int tries = 0; tries < 1000 && !tells(bytes.getLong(at)) && random.nextInt(200) != 0; tries++) {
                at = from + random.nextInt((to - from) / 8) * 8;
            }
            var _ = bytes.putLong(at, word(bytes.getLong(at)));
        }
    }

    /** Not 0, nor what is most likely a part of a payload. */
    private static boolean tells(long word) {
        long mark = word >> 32;
        return word != 0 && mark >= -1 && mark <= 1 && Math.abs((int) word) < 1 << 20;
    }

    /** Something to stand where that stands. */
    private long word(long now) {
        return switch (random.nextInt(14)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextLong() >>> 2 & -8;
            case 2 -> random.nextInt(-3, 4);
            case 3 -> 1L << random.nextInt(64);
            case 4 -> (1L << random.nextInt(64)) - 8;
            case 5 -> now + random.nextInt(-1024, 1024) * 8L;
            case 6 -> now + random.nextInt(-8, 8);
            case 7 -> now ^ 1L << random.nextInt(64);
            case 8, 9 -> frame();
            default -> (now & -1L << 32) | Integer.toUnsignedLong(length()); // the mark stays
        };
    }

    /** The word of a frame, or nearly so. */
    private long frame() {
        long mark = new int[] {1, 1, 0, -1, -1, 2, random.nextInt()}[random.nextInt(7)];
        return mark << 32 | Integer.toUnsignedLong(length());
    }

    private int length() {
        return new int[] {random.nextInt(512), random.nextInt(8192), -random.nextInt(64), random.nextInt()}
                [random.nextInt(4)];
    }

    /** Writes a file anew, in place. */
    public static void write(Path path, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes.length);
            file.write(bytes);
        }
    }
}
