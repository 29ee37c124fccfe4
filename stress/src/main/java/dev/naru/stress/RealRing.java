package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
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

/** {@code RingWriter} and {@code RingReader} themselves: of three messages, of which some lie at the wrap, each comes once, whole. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "sent, and received in order and whole")
@Outcome(expect = FORBIDDEN, desc = "lost, doubled or torn")
@State
public class RealRing implements MessageHandler {
    private static final int MESSAGES = 3;
    private static final int WORDS = 12;
    private static final Pool<Ends> POOL = Pool.of(Ends::open);

    private final Ends ends = POOL.next();
    private int received;
    private boolean whole = true;

    /** Both ends of one ring. */
    private record Ends(RingWriter writer, RingReader reader) {
        static Ends open() throws IOException {
            try (Descriptor file = Memfd.create("naru-stress-ring", false)) {
                Ring ring = Ring.createIn(file, RingSpec.oneToOne(4096));
                return new Ends(ring.writer(Waiting.park()), ring.reader(Waiting.park()));
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
        int _ = ends.reader.drain(this, MESSAGES);
        int _ = ends.reader.drain(this, MESSAGES);
    }

    /** Receives the rest, so that the ring is empty for the next sample. */
    @Arbiter
    public void rest(ZZ_Result result) {
        while (ends.reader.drain(this, MESSAGES) > 0) {}
        result.r2 = whole && received == MESSAGES;
    }

    @Override
    public void onMessage(MemorySegment memory, long offset, int length) {
        received++;
        whole &= length == 8 * WORDS;
        for (int word = 0; word < WORDS; word++) {
            whole &= memory.get(ValueLayout.JAVA_LONG, offset + 8L * word) == received;
        }
    }
}
