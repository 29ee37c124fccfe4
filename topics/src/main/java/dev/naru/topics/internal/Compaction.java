package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Monitors;
import dev.naru.linux.Problem;
import dev.naru.memory.SharedLock;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The compaction of a partition by this process: by one process at a time, under a lock of its own, so that neither who appends nor
 * who waits for the disk waits for it. Who dies in here leaves a file under a name that no listing takes, or segments that were
 * merged into one before them; the next one takes them away.
 *
 * <p>Thread-safe. {@code docs/layouts/log.md}, Compaction.
 */
final class Compaction implements Closeable {
    /** So often somebody who appends or keeps may be met who has stopped, before what nobody asked for is given up. */
    private static final int PATIENCE = 50;

    private static final System.Logger LOGGER = System.getLogger(Compaction.class.getName());

    private final Path folder;
    private final MemorySegment block;
    private final Surroundings around;
    private final Keeper keeper;
    private final SharedLock lock;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Object monitor = new Object();
    private int inside; // guarded by the monitor
    private volatile boolean closed;

    /** Looks every now and then whether to go on. */
    interface Watch {
        /** Throws when not. */
        void check() throws IOException, InterruptedException;
    }

    /** What takes locks that others may have. */
    private interface Step {
        Replacement.Outcome attempt() throws IOException, InterruptedException;
    }

    Compaction(Path folder, ControlBlock control, Surroundings around, Keeper keeper) throws ErrnoException {
        this.folder = folder;
        this.block = control.memory();
        this.around = around;
        this.keeper = keeper;
        this.lock = SharedLock.in(control.file(), PartitionLayout.COMPACTOR_AT, around.members(), control.target());
    }

    /** After a roll: soon, if it is worth while then. */
    void afterRoll() {
        if (asked.compareAndSet(false, true)) {
            around.chores().atLength(() -> {
                asked.set(false); // first: what is rolled from now on asks for another
                whenDue();
            });
        }
    }

    /** If it is worth while, and nobody else is at it. Nobody waits for an answer. */
    void whenDue() {
        try {
            TopicSpec spec = around.settings().read();
            if (spec.isCompacted() && enter()) {
                try {
                    whenDue(spec);
                } finally {
                    exit();
                }
            }
        } catch (ClosedChannelException ended) {
            // closed meanwhile: whoever has the partition open does it
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException refused) {
            if (!PartitionLayout.isRemoved(block)) {
                LOGGER.log(System.Logger.Level.WARNING, "compacting " + folder, refused);
            }
        }
    }

    private void whenDue(TopicSpec spec) throws IOException, InterruptedException {
        if (lock.tryLock().isTaken()) {
            try {
                if (isOurs() && range(spec).isDue(spec)) {
                    run(spec, () -> PartitionLayout.requireThere(block, folder), PATIENCE);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Now, worth while or not; waits for whoever is at it. */
    void now() throws IOException, InterruptedException {
        TopicSpec spec = around.settings().read();
        if (!spec.isCompacted()) {
            String policy = TopicSetting.CLEANUP_POLICY.text(spec.value(TopicSetting.CLEANUP_POLICY));
            throw ErrnoException.of(
                    Problem.NOT_COMPACTED, Errno.EINVAL.number(), "compact", folder.toString(), "", policy);
        }
        if (!enter()) {
            throw new ClosedChannelException();
        }
        try {
            var _ = lock.lock();
            try {
                PartitionLayout.requireThere(block, folder);
                if (!isOurs()) {
                    throw PartitionLayout.appendedElsewhere(block, around.members(), "compact", folder);
                }
                run(spec, this::requireWanted, Integer.MAX_VALUE);
            } finally {
                lock.unlock();
            }
        } finally {
            exit();
        }
    }

    private void requireWanted() throws IOException, InterruptedException {
        if (closed) {
            throw new AsynchronousCloseException();
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        PartitionLayout.requireThere(block, folder);
    }

    private boolean isOurs() {
        return PartitionLayout.isAppendedByLock(block) && !PartitionLayout.isRemoved(block);
    }

    private CompactionRange range(TopicSpec spec) throws IOException {
        PublishedEnd end = new PublishedEnd();
        end.load(block);
        return CompactionRange.of(
                folder,
                end,
                PartitionLayout.compacted(block),
                spec,
                around.clock().millis());
    }

    /** Round after round, until all is done that may be: the keys of one are as many as the map has room for. */
    private void run(TopicSpec spec, Watch watch, int patience) throws IOException, InterruptedException {
        PublishedEnd end = new PublishedEnd();
        end.load(block); // before all that is sealed gets to the disk
        boolean begun = keepTrying(keeper::beforeCompaction, watch, patience);
        watch.check(); // for who was stopped there may be another topic of that name
        if (!begun) {
            return;
        }
        SegmentFiles.removeCleaned(folder);
        long now = around.clock().millis();
        long limit;
        long dirty;
        long reached = PartitionLayout.compacted(block);
        do {
            dirty = reached;
            CompactionRange range = CompactionRange.of(folder, end, dirty, spec, now);
            limit = range.limit();
            if (!keepTrying(() -> keeper.raiseGaps(range.limit()), watch, patience)) {
                return;
            }
            Compactor.Limits limits = new Compactor.Limits(
                    OffsetMap.MOST_SLOTS, spec.segmentBytes(), spec.value(TopicSetting.DELETE_RETENTION_MILLIS), now);
            Compactor.Replacer replacer =
                    (cleaned, old) -> keepTrying(() -> keeper.replace(cleaned, old), watch, patience);
            reached = roundUnlessRemoved(new Compactor(folder, end, range, limits, watch, replacer), dirty);
            PartitionLayout.setCompacted(block, reached);
        } while (reached > dirty && reached < limit);
    }

    /** When retention takes segments away meanwhile, this one is left to the next compaction. */
    private static long roundUnlessRemoved(Compactor compactor, long dirty) throws IOException, InterruptedException {
        try {
            return compactor.round();
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NOT_FOUND) {
                throw refused;
            }
            return dirty;
        }
    }

    /** Whoever has a lock that it takes may be stopped: it is tried for as long as the watch lets, and so often. */
    private static boolean keepTrying(Step step, Watch watch, int patience) throws IOException, InterruptedException {
        for (int i = 0; i < patience; i++) {
            Replacement.Outcome outcome = step.attempt();
            if (outcome != Replacement.Outcome.BUSY) {
                return outcome == Replacement.Outcome.DONE;
            }
            watch.check();
        }
        return false;
    }

    private boolean enter() {
        synchronized (monitor) {
            inside += closed ? 0 : 1;
            return !closed;
        }
    }

    private void exit() {
        synchronized (monitor) {
            inside--;
            monitor.notifyAll();
        }
    }

    /** Ends what a user asked for, with an error; what is done beside it is waited for, or all of it would be done again. */
    @Override
    public void close() throws IOException {
        synchronized (monitor) {
            closed = true;
        }
        lock.close(); // whoever waits for it is told
        Monitors.awaitUninterruptibly(monitor, () -> inside == 0);
    }
}
