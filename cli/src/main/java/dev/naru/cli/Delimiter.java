package dev.naru.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What stands between things, as kcat(1) takes it: text with {@code \n \r \t \0 \\} and {@code \x1f} for a byte. */
final class Delimiter {
    private final byte[] bytes;

    private Delimiter(byte[] bytes) {
        this.bytes = bytes;
    }

    static Delimiter of(String text) {
        return new Delimiter(unescaped(text));
    }

    /** Its bytes, one at least. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** From the command line. */
    static final class Converter implements ITypeConverter<Delimiter> {
        @Override
        public Delimiter convert(String text) {
            if (text.isEmpty()) {
                throw new TypeConversionException("'' is no delimiter; use a character such as : or \\n");
            }
            return of(text);
        }
    }

    /** The bytes that a text with such escapes stands for. */
    static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            int after = at + Character.charCount(point);
            if (point == '\\' && after < text.length()) {
                at = escape(text, after, bytes);
            } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                at = after;
            }
        }
        return bytes.toByteArray();
    }

    /** Writes the byte of the escape whose letter stands there: where it ends. */
    static int escape(String text, int letter, ByteArrayOutputStream bytes) {
        char kind = text.charAt(letter);
        switch (kind) {
            case 'n' -> bytes.write('\n');
            case 'r' -> bytes.write('\r');
            case 't' -> bytes.write('\t');
            case '0' -> bytes.write(0);
            case '\\' -> bytes.write('\\');
            case 'x' -> {
                String digits = text.substring(letter + 1, Math.min(letter + 3, text.length()));
                if (!digits.matches("[0-9a-fA-F]{2}")) {
                    throw new TypeConversionException(
                            "'\\x" + digits + "' is no byte; use two hexadecimal digits, as \\x1f");
                }
                bytes.write(Integer.parseInt(digits, 16));
                return letter + 3;
            }
            default ->
                throw new TypeConversionException("'\\" + kind + "' is no escape; use \\n \\r \\t \\0 \\\\ or \\x1f");
        }
        return letter + 1;
    }
}
