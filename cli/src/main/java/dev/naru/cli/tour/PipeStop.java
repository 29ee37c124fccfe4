package dev.naru.cli.tour;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.PipeReader;
import dev.naru.channels.PipeWriter;
import java.io.IOException;
import java.nio.file.Path;

/** The anonymous pipe: two children of one parent, each with an end of the way there and an end of the way back. */
final class PipeStop implements Stop {
    private static final int OUT = 3;
    private static final int IN = 4;

    @Override
    public String mechanism() {
        return "pipe";
    }

    @Override
    public String description() {
        return "anonymous pipe, between relatives";
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        AnonymousPipe there = AnonymousPipe.create();
        try {
            String object =
                    "pipe:[%d] fd %d -> fd %d".formatted(there.reader().status().inode(), OUT, IN);
            return crossing(there, AnonymousPipe.create(), object);
        } catch (IOException refused) {
            there.close();
            throw refused;
        }
    }

    private static Crossing crossing(AnonymousPipe there, AnonymousPipe back, String object) {
        return new Crossing(object, ends(there.writer(), back.reader()), ends(back.writer(), there.reader()), () -> {
            try (there) {
                back.close();
            }
        });
    }

    private static Ends ends(PipeWriter out, PipeReader in) {
        return new Ends(
                "fd:" + OUT, "fd:" + IN, child -> child.descriptor(OUT, out).descriptor(IN, in));
    }
}
