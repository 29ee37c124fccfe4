package dev.naru.linux.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes that both sides can compute: a seed and a length make them. They come in blocks of 4099, each its own number and
 * then bytes made from the seed; so a page that is lost, doubled or in the wrong place changes the digest. {@code peer.pl}
 * has the same.
 */
public final class Payload {
    private static final int BLOCK = 4099;
    private static final int DIGESTS = 128;

    private Payload() {}

    /** The first bytes that the seed makes. */
    public static byte[] bytes(long seed, int length) {
        byte[] body = body(seed);
        ByteBuffer blocks = ByteBuffer.allocate((length / BLOCK + 1) * BLOCK);
        for (long number = 0; blocks.hasRemaining(); number++) {
            blocks.putLong(number).put(body);
        }
        return Arrays.copyOf(blocks.array(), length);
    }

    private static byte[] body(long seed) {
        ByteBuffer digests = ByteBuffer.allocate(DIGESTS * 32);
        for (int i = 0; i < DIGESTS; i++) {
            digests.put(newDigest().digest((seed + ":" + i).getBytes(StandardCharsets.US_ASCII)));
        }
        return Arrays.copyOf(digests.array(), BLOCK - Long.BYTES);
    }

    /** The digest of {@link #bytes}, in hexadecimal. */
    public static String sha256(long seed, int length) {
        return sha256(bytes(seed, length));
    }

    /** A digest, in hexadecimal. */
    public static String sha256(byte[] bytes) {
        return hex(newDigest().digest(bytes));
    }

    /** A digest to which bytes are added as they come. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible); // every Java has it
        }
    }

    /** As {@code sha256sum} prints it. */
    public static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
