package dev.naru.channels.snippets;

import dev.naru.channels.Fifo;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The snippets of README, docs and Javadoc: compiled here, and run by {@link SnippetsTest}. */
final class FifoSnippets {
    private FifoSnippets() {}

    static List<String> reader(Path path) throws IOException, InterruptedException {
        // @start region="reader"
        Fifo orders = Fifo.openOrCreate(path);
        try (var reader = orders.openReader(); // waits until somebody writes
                var lines = new BufferedReader(Channels.newReader(reader, StandardCharsets.UTF_8))) {
            return lines.lines().toList(); // until the last writer closes
        }
        // @end
    }

    static void writer(Path path, String line) throws IOException, InterruptedException {
        // @start region="writer"
        try (var writer = Fifo.openOrCreate(path).openWriter()) { // waits until somebody reads
            writer.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        // @end
    }

    static String timed(Path path) throws IOException, InterruptedException {
        // @start region="timed"
        var opened = Fifo.open(path).openWriter(Duration.ofMillis(50));
        if (opened.isEmpty()) {
            return "nobody reads";
        }
        try (var writer = opened.get()) {
            int written = writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), Duration.ofMillis(50));
            return written + " bytes written";
        }
        // @end
    }
}
