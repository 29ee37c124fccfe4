package dev.naru.cli.tour;

import dev.naru.cli.CliException;
import dev.naru.linux.Descriptor;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What crosses: the first bytes of a file.
 *
 * @param path the file
 * @param length how many bytes of it
 */
record TourFile(Path path, long length) {
    private static final long DEFAULT_LENGTH = 64L << 20;
    private static final int PIECE = 1 << 20;

    /** A file of the user's, whole. */
    static TourFile of(Path path) throws IOException, CliException {
        FileStatus status = FileStatus.of(path);
        if (status.type() != FileStatus.Type.REGULAR) {
            throw new CliException(Problem.NOT_A_FILE, path.toString());
        }
        Descriptor.open(path, Descriptor.Access.READ).close(); // throws with the call and the errno
        return new TourFile(path, status.size());
    }

    /** The start of the running JDK's own classes: a real file that every machine with a JDK has. */
    static TourFile ofJdk(Path home) throws IOException, CliException {
        TourFile modules = of(home.resolve("lib/modules"));
        return new TourFile(modules.path, Math.min(modules.length, DEFAULT_LENGTH));
    }

    /** Its SHA-256, read anew: independent of who sends it. */
    String sha256() throws IOException {
        MessageDigest digest = newDigest();
        byte[] piece = new byte[PIECE];
        try (InputStream in = Channels.newInputStream(FileChannel.open(path))) {
            for (long left = length; left > 0; ) {
                int read = in.read(piece, 0, (int) Math.min(left, piece.length));
                if (read < 0) {
                    break; // it shrank meanwhile: the far side will have other bytes, and the row will say so
                }
                digest.update(piece, 0, read);
                left -= read;
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
