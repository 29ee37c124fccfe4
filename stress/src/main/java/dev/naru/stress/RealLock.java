package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@code SharedLock} itself, by two handles, which are as good as two processes: the futex and all. */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the first, then the second")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the second, then the first")
@Outcome(expect = FORBIDDEN, desc = "both at once, or the second sees nothing of the first")
@State
public class RealLock {
    private static final Pool<Handles> POOL = Pool.of(Handles::open);

    private final Handles handles = POOL.next();

    /** What the lock guards, with plain accesses. */
    private static final class Guarded {
        long value;
    }

    /** One lock, two handles, and what it guards. */
    private record Handles(SharedLock first, SharedLock second, Guarded data) {
        static Handles open() throws IOException {
            try (Descriptor file = Memfd.create("naru-stress-lock", false)) {
                return new Handles(SharedLock.createIn(file), SharedLock.open(file), new Guarded());
            }
        }

        int section(SharedLock lock) {
            try {
                if (lock.lock() != LockOutcome.ACQUIRED) {
                    return -1;
                }
            } catch (IOException | InterruptedException unexpected) { // jcstress knows no checked ones
                throw new AssertionError(unexpected);
            }
            long before = data.value;
            data.value = before ^ 1; // back to 0 when both were there
            lock.unlock();
            return (int) before;
        }
    }

    @Actor
    public void first(II_Result result) {
        result.r1 = handles.section(handles.first);
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = handles.section(handles.second);
    }
}
