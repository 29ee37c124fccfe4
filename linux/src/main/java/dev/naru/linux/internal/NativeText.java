package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.Arrays;

/**
 * Text as C has it: bytes, and a NUL behind them. The kernel knows names as bytes and no encoding; the JDK makes strings of
 * them by the locale's, which loses what the locale has no character for.
 */
public final class NativeText {
    /** In which the JDK decodes file names, arguments and the environment. */
    private static final Charset LOCALE = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private NativeText() {}

    /** The bytes of the file's name, exactly as the directory has them, whatever the locale. */
    public static MemorySegment of(Path path, Arena arena) {
        return terminated(bytes(path), arena);
    }

    /** A text in the locale's encoding, as the JDK gives it to the programs that it starts. */
    public static MemorySegment of(String text, Arena arena) {
        return terminated(bytes(text), arena);
    }

    /** Bytes with a NUL behind them. */
    public static MemorySegment terminated(byte[] bytes, Arena arena) {
        MemorySegment text = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return text;
    }

    /** The path of that name, as the JDK makes one of a directory's bytes. */
    public static Path path(byte[] bytes, int length) {
        return Path.of(new String(bytes, 0, length, LOCALE));
    }

    /** The text in the locale's encoding; in UTF-8 when that lacks one of its characters. */
    public static byte[] bytes(String text) {
        try {
            ByteBuffer encoded = LOCALE.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException unmappable) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(Path path) {
        String text = path.toString();
        if (text.chars().allMatch(c -> c < 0x80) || isSame(text, path)) {
            return bytes(text);
        }
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw new ProviderMismatchException();
        }
        byte[] absolute = absoluteBytes(path);
        if (path.isAbsolute()) {
            return absolute;
        }
        byte[] here = absoluteBytes(Path.of(""));
        int skipped = here.length == 1 ? 1 : here.length + 1; // the root alone ends with a slash
        return Arrays.copyOfRange(absolute, skipped, absolute.length);
    }

    /** Whether the text means that path and no other: two of the JDK's are equal when their bytes are. */
    private static boolean isSame(String text, Path path) {
        try {
            return Path.of(text).equals(path);
        } catch (InvalidPathException unmappable) {
            return false;
        }
    }

    /** The JDK shows the bytes in one place only, the URI. It has a slash at the end of directories. */
    private static byte[] absoluteBytes(Path path) {
        URI uri = path.toUri();
        String raw = uri.getRawPath();
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(raw, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        if (length > 1 && bytes[length - 1] == '/') {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }
}
