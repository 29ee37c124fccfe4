package dev.naru.cli.tour;

import dev.naru.channels.Fifo;
import dev.naru.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Path;

/** The FIFO: two processes that know nothing of each other but a path. */
final class FifoStop implements Stop {
    @Override
    public String mechanism() {
        return "fifo";
    }

    @Override
    public String description() {
        return "named pipe, between any processes";
    }

    @Override
    public Crossing open(Path scratch) throws IOException {
        Fifo there = Fifo.create(scratch.resolve("there"));
        Fifo back = Fifo.create(scratch.resolve("back"));
        String object = "fifo:%s inode %d"
                .formatted(there.path(), FileStatus.of(there.path()).inode());
        return new Crossing(
                object,
                new Ends(there.toString(), back.toString(), child -> {}),
                new Ends(back.toString(), there.toString(), child -> {}),
                () -> {
                    there.remove();
                    back.remove();
                });
    }
}
