package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.topics.internal.PublishedEnd;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** {@code PublishedEnd} itself: each end that a reader loads is one that was published, and they grow. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "whole ends, in order")
@Outcome(expect = FORBIDDEN, desc = "torn, or back")
@State
public class RealEnd {
    private static final int PUBLISHES = 8;
    private static final int LOADS = 4;
    private static final int BYTES = 100;

    private final MemorySegment block = Cells.MEMORY.asSlice(Cells.next(), Cells.SIZE);

    @Actor
    public void publisher() {
        PublishedEnd end = new PublishedEnd();
        for (int i = 0; i < PUBLISHES; i++) {
            end.loadOwned(block);
            end.advance(1, BYTES);
            end.flip(block);
        }
    }

    @Actor
    public void reader(ZZ_Result result) {
        PublishedEnd end = new PublishedEnd();
        boolean good = true;
        long last = 0;
        for (int i = 0; i < LOADS; i++) {
            end.load(block);
            good &= isWhole(end) && end.next() >= last;
            last = end.next();
        }
        result.r1 = good;
    }

    /** All that was published is there. */
    @Arbiter
    public void rest(ZZ_Result result) {
        PublishedEnd end = new PublishedEnd();
        end.load(block);
        result.r2 = isWhole(end) && end.next() == PUBLISHES && !end.hasMoved(block);
    }

    private static boolean isWhole(PublishedEnd end) {
        return end.position() == BYTES * end.next() && end.bound(false) == end.next() && end.bound(true) == end.next();
    }
}
