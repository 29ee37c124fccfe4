package dev.naru.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Prints messages on standard output: each as a line, or as a JSON object. */
final class Messages {
    private final Context context;
    private final boolean json;

    Messages(Context context, boolean json) {
        this.context = context;
        this.json = json;
    }

    /** Standard output did not take a message. */
    static final class Lost extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        private final transient CliException inWords;

        Lost(CliException lost) {
            super(new IOException(lost));
            this.inWords = lost;
        }

        CliException inWords() {
            return inWords;
        }
    }

    /** Prints one; throws {@link Lost} when that is not possible, so that the message is not taken. */
    void print(byte[] message, JsonLines.Body more) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                more.write(body);
                body.writeNumberProperty("bytes", message.length);
                try {
                    body.writeStringProperty(
                            "message",
                            StandardCharsets.UTF_8
                                    .newDecoder()
                                    .decode(ByteBuffer.wrap(message))
                                    .toString());
                } catch (CharacterCodingException binary) {
                    body.writeStringProperty("base64", Base64.getEncoder().encodeToString(message));
                }
            });
        } else {
            byte[] line = Arrays.copyOf(message, message.length + 1);
            line[message.length] = '\n';
            context.out().write(line, 0, line.length);
        }
        try {
            context.requireOutput();
        } catch (CliException lost) {
            throw new Lost(lost);
        }
    }
}
