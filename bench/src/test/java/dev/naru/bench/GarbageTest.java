package dev.naru.bench;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.DuplexPipe;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Reads and writes with direct buffers make no garbage once the code is compiled.
 */
@ExtendWith(NoLeaks.class)
class GarbageTest {
    @Test
    void aMessageWithoutWaiting() throws Exception {
        assertNoGarbage(32, pipe -> buffer -> {
            int _ = pipe.writer().write(buffer.clear());
            int _ = pipe.reader().read(buffer.clear());
        });
    }

    @Test
    void aPieceOf64KWithoutWaiting() throws Exception {
        assertNoGarbage(64 * 1024, pipe -> buffer -> {
            int _ = pipe.writer().write(buffer.clear());
            int _ = pipe.reader().read(buffer.clear());
        });
    }

    /** Records packed into one buffer, as a batch is: each call begins where the last ended. */
    @Test
    void aMessageAtChangingPositions() throws Exception {
        assertNoGarbage(4 * 32, pipe -> buffer -> {
            for (buffer.clear(); buffer.position() < 4 * 32; ) {
                int _ = pipe.writer().write(buffer.limit(buffer.position() + 32));
            }
            for (buffer.clear(); buffer.position() < 4 * 32; ) {
                int _ = pipe.reader().read(buffer.limit(buffer.position() + 32));
            }
        });
    }

    @Test
    void theTryForms() throws Exception {
        assertNoGarbage(32, pipe -> buffer -> {
            int _ = pipe.writer().tryWrite(buffer.clear());
            int _ = pipe.reader().tryRead(buffer.clear());
            assertThatNothingIsLeft(pipe.reader().tryRead(buffer.clear()));
        });
    }

    private static void assertThatNothingIsLeft(int read) {
        if (read != 0) {
            throw new AssertionError("read " + read);
        }
    }

    @Test
    void aRoundTripThatParks() throws Exception {
        // given a process that answers, and not before we sleep: as a batch job it takes no core from us when it wakes
        try (DuplexPipe pipe = DuplexPipe.create()) {
            ChildProcess cat = Command.of("chrt", "--batch", "0", "cat")
                    .stdin(pipe.far().reader())
                    .stdout(pipe.far().writer())
                    .start();
            try {
                ByteBuffer message = ByteBuffer.allocateDirect(32);

                // when, then
                Garbage.assertNone(Garbage.BATCH / 2, () -> {
                    int _ = pipe.near().write(message.clear());
                    int _ = pipe.near().read(message.clear());
                });
            } finally {
                boolean _ = cat.kill();
            }
        }
    }

    private static void assertNoGarbage(int bytes, Function<AnonymousPipe, Call> calls) throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
            Call call = calls.apply(pipe);
            Garbage.assertNone(0, () -> call.with(buffer));
        }
    }

    /** What is done with the buffer. */
    interface Call {
        void with(ByteBuffer buffer) throws IOException;
    }
}
