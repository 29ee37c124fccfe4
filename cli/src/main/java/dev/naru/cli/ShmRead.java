package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru shm read}. */
@Command(
        name = "read",
        description = {
            "Copy shared memory to standard output.",
            "Of memory with a layout, what stands behind its header; offsets count from there."
        })
final class ShmRead implements Callable<Integer> {
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

    @Option(
            names = "--bytes",
            converter = Sizes.class,
            paramLabel = "SIZE",
            description = "No more than so many bytes.")
    private long bytes = Long.MAX_VALUE;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    ShmRead(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        try (SharedMemory memory = SharedMemory.openReadOnly(required(place))) {
            MemorySegment data = memory.segment().asSlice(memory.dataOffset());
            requireInside(spec, offset, data.byteSize());
            context.out().flush();
            new Pump(context).requireStandardStream(Pump.STANDARD_OUTPUT);
            try (OutputChannel out = Endpoints.openWriter(new Address.Standard())) {
                copy(data.asSlice(offset, Math.min(bytes, data.byteSize() - offset)), out);
            } catch (ErrnoException refused) {
                Pump.requireReader(refused);
                throw refused;
            }
            return 0;
        }
    }

    /** By way of a piece of our own: others may change the memory while it is written. */
    private static void copy(MemorySegment data, OutputChannel out) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        for (long at = 0; at < data.byteSize(); at += PIECE) {
            int count = (int) Math.min(PIECE, data.byteSize() - at);
            MemorySegment.copy(
                    data,
                    ValueLayout.JAVA_BYTE,
                    at,
                    MemorySegment.ofBuffer(piece.clear()),
                    ValueLayout.JAVA_BYTE,
                    0,
                    count);
            int _ = out.write(piece.limit(count));
        }
    }

    /** Which picocli has set, since it is required. */
    static Address.Memory required(Address.@Nullable Memory place) {
        if (place == null) {
            throw new IllegalStateException("no place");
        }
        return place;
    }

    static void requireInside(CommandSpec spec, long offset, long size) {
        if (offset > size) {
            throw new ParameterException(
                    spec.commandLine(), "--offset " + offset + ": the memory has only " + size + " B");
        }
    }
}
