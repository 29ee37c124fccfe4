package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastReader;
import dev.naru.memory.BroadcastSpec;
import dev.naru.memory.BroadcastWriter;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.Waiting;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code BroadcastWriter} and {@code BroadcastReader} themselves: the writer goes round the ring while the reader reads. What
 * it gets is whole and in order, and what it misses is counted.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "whole, and all are counted")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "torn, or some are not counted")
@Outcome(expect = FORBIDDEN, desc = "not sent")
@State
public class RealBroadcast implements MessageHandler {
    private static final int MESSAGES = 12; // the ring holds 8
    private static final int WORDS = 62;
    private static final Pool<Ends> POOL = Pool.of(Ends::open);

    private final Ends ends = POOL.next();
    private final long missedBefore = ends.reader.missed();
    private int received;
    private long last;
    private boolean whole = true;

    /** Both ends of one ring. */
    private record Ends(BroadcastWriter writer, BroadcastReader reader) {
        static Ends open() throws IOException {
            try (Descriptor file = Memfd.create("naru-stress-broadcast", false)) {
                Broadcast ring = Broadcast.createIn(file, BroadcastSpec.of(1, 4096));
                return new Ends(ring.writer(), ring.reader(Waiting.park()));
            }
        }
    }

    @Actor
    public void writer(ZZ_Result result) {
        boolean sent = true;
        for (int message = 1; message <= MESSAGES; message++) {
            sent &= ends.writer.claim(8 * WORDS) == SendOutcome.CLAIMED;
            MemorySegment memory = ends.writer.memory();
            for (int word = 0; word < WORDS; word++) {
                memory.set(ValueLayout.JAVA_LONG, ends.writer.offset() + 8L * word, message);
            }
            ends.writer.commit();
        }
        result.r1 = sent;
    }

    @Actor
    public void reader() {
        for (int i = 0; i < MESSAGES; i++) {
            int _ = ends.reader.drain(this, 1);
        }
    }

    /** Receives the rest, so that the ring is read up for the next sample. */
    @Arbiter
    public void rest(ZZ_Result result) {
        while (ends.reader.drain(this, MESSAGES) > 0) {}
        result.r2 = whole && received + (ends.reader.missed() - missedBefore) == MESSAGES;
    }

    @Override
    public void onMessage(MemorySegment memory, long offset, int length) {
        received++;
        long message = memory.get(ValueLayout.JAVA_LONG, offset);
        whole &= length == 8 * WORDS && message > last;
        last = message;
        for (int word = 0; word < WORDS; word++) {
            whole &= memory.get(ValueLayout.JAVA_LONG, offset + 8L * word) == message;
        }
    }
}
