package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru shm write}. */
@Command(
        name = "write",
        description = {
            "Copy standard input into shared memory; what stands behind it there stays.",
            "Into memory with a layout, behind its header; offsets count from there."
        })
final class ShmWrite implements Callable<Integer> {
    private static final int PIECE = 64 * 1024;

    private final Context context;

    @Parameters(arity = "1", paramLabel = "PLACE", description = ShmPlace.DESCRIPTION, converter = ShmPlace.class)
    private Address.@Nullable Memory place;

    @Option(
            names = "--offset",
            converter = Sizes.class,
            paramLabel = "SIZE",
            description = "Begin so many bytes further on.")
    private long offset;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    ShmWrite(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        try (SharedMemory memory = SharedMemory.open(ShmRead.required(place))) {
            MemorySegment data = memory.segment().asSlice(memory.dataOffset());
            ShmRead.requireInside(spec, offset, data.byteSize());
            new Pump(context).requireStandardStream(Pump.STANDARD_INPUT);
            try (InputChannel in = Endpoints.openReader(new Address.Standard())) {
                copy(in, data, memory.toString());
            }
            return 0;
        }
    }

    private void copy(InputChannel in, MemorySegment data, String target) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        long at = offset;
        int read;
        while ((read = in.read(piece.clear())) >= 0) {
            if (read > data.byteSize() - at) {
                throw ErrnoException.of(
                        Problem.MEMORY_TOO_SMALL,
                        Errno.ENOSPC.number(),
                        "copy",
                        target,
                        data.byteSize() + " B",
                        "at least " + (at + read) + " B");
            }
            MemorySegment.copy(MemorySegment.ofBuffer(piece.flip()), 0, data, at, read);
            at += read;
        }
    }
}
