package dev.naru.channels.snippets;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.DuplexPipe;
import dev.naru.channels.PageLender;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ExitStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The snippets of README, docs and Javadoc: compiled here, and run by {@link SnippetsTest}. */
final class PipeSnippets {
    private PipeSnippets() {}

    static List<String> child(List<String> words) throws IOException, InterruptedException {
        // @start region="child"
        try (var to = AnonymousPipe.create();
                var from = AnonymousPipe.create()) {
            ChildProcess sort =
                    Command.of("sort").stdin(to.reader()).stdout(from.writer()).start();
            try (var writer = Channels.newWriter(to.writer(), StandardCharsets.UTF_8)) {
                for (String word : words) writer.write(word + "\n");
            } // closed: sort sees the end
            var sorted = new BufferedReader(Channels.newReader(from.reader(), StandardCharsets.UTF_8))
                    .lines()
                    .toList();
            if (!sort.waitFor().isSuccess()) throw new IOException("sort failed");
            return sorted;
        }
        // @end
    }

    static void pipeline(Path file, Path result) throws IOException, InterruptedException {
        // @start region="pipeline"
        try (var pipe = AnonymousPipe.create()) {
            ChildProcess gzip = Command.of("gzip", "-c", file.toString())
                    .stdout(pipe.writer())
                    .start();
            ChildProcess dd = Command.of("dd", "status=none", "of=" + result)
                    .stdin(pipe.reader())
                    .start();
            gzip.waitFor();
            dd.waitFor(); // neither end stays open here, so dd sees the end of the file
        }
        // @end
    }

    static ExitStatus silent(String... command) throws IOException, InterruptedException {
        // @start region="silent"
        try (var nothing = Descriptor.open(Path.of("/dev/null"), Descriptor.Access.WRITE)) {
            return Command.of(command).descriptor(1, nothing).start().waitFor();
        }
        // @end
    }

    static String duplex(String question) throws IOException {
        // @start region="duplex"
        try (var talk = DuplexPipe.create()) {
            Command.of("tr", "a-z", "A-Z")
                    .stdin(talk.far().reader())
                    .stdout(talk.far().writer())
                    .start();
            talk.near().write(ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.US_ASCII)));
            talk.near().shutdownOutput();
            return new BufferedReader(Channels.newReader(talk.near(), StandardCharsets.US_ASCII)).readLine();
        }
        // @end
    }

    static String timed(AnonymousPipe pipe) throws IOException {
        // @start region="timed"
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        int read = pipe.reader().read(buffer, Duration.ofMillis(100));
        return switch (read) {
            case -1 -> "every writer has closed";
            case 0 -> "nothing came in time; ask again";
            default -> read + " bytes came";
        };
        // @end
    }

    static long bulk(AnonymousPipe pipe, int pieces) throws IOException {
        long sent = 0;
        // @start region="bulk"
        pipe.writer().capacity(1 << 20);
        try (var lender = PageLender.over(pipe.writer(), 1 << 20)) {
            for (int i = 0; i < pieces; i++) {
                lender.buffer().fill((byte) i); // write the next piece in place
                lender.send(1 << 20); // the pipe borrows its pages: no copy
                sent += 1 << 20;
            }
        }
        // @end
        return sent;
    }
}
