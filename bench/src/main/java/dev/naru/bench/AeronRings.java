package dev.naru.bench;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Aeron over shared memory: exclusive publications, each message published. The driver has no thread: the process that sends
 * first runs its duty when it has no room, and every sixteenth of a term. Other ways of
 * running the driver are still to be tried.
 */
final class AeronRings implements RingEnds {
    /** Nobody runs the driver between rounds, and nobody shall be thought dead for that. */
    private static final long LONG_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final int DUTIES_PER_TERM = 16;
    private static final int MTU = 8 * 1024;

    private final RingTask task;
    private final @Nullable AgentInvoker driver;
    private final Aeron aeron;
    private final List<BooleanSupplier> connections = new ArrayList<>();

    AeronRings(RingTask task, boolean withDriver) {
        this.task = task;
        String folder = task.folder().resolve("aeron").toString();
        this.driver = withDriver ? startDriver(folder) : null;
        Aeron.Context context = new Aeron.Context()
                .aeronDirectoryName(folder)
                .useConductorAgentInvoker(true)
                .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS));
        if (driver != null) {
            context.driverAgentInvoker(driver);
        }
        this.aeron = Aeron.connect(context);
    }

    private static AgentInvoker startDriver(String folder) {
        MediaDriver started = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(folder)
                .threadingMode(ThreadingMode.INVOKER)
                .termBufferSparseFile(false)
                .clientLivenessTimeoutNs(LONG_NANOS)
                .publicationUnblockTimeoutNs(2 * LONG_NANOS)
                .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS)));
        return started.sharedAgentInvoker();
    }

    private String channel() {
        return "aeron:ipc?term-length=" + task.capacityBytes() + "|mtu=" + MTU;
    }

    private static int stream(String name) {
        return name.hashCode();
    }

    @Override
    public Outlet outlet(String name) {
        ExclusivePublication publication = aeron.addExclusivePublication(channel(), stream(name));
        connections.add(publication::isConnected);
        return new Out(publication, driver, task);
    }

    @Override
    public Inlet inlet(String name) {
        Subscription subscription = aeron.addSubscription(channel(), stream(name));
        In inlet = new In(task);
        connections.add(() -> inlet.isConnectedTo(subscription));
        return inlet;
    }

    @Override
    public void connect() {
        while (!connections.stream().allMatch(BooleanSupplier::getAsBoolean)) {
            if (driver != null) {
                int _ = driver.invoke();
            }
            int _ = aeron.conductorAgentInvoker().invoke();
            Thread.onSpinWait();
        }
    }

    private static final class Out implements Outlet {
        private final ExclusivePublication publication;
        private final @Nullable AgentInvoker driver;
        private final BufferClaim claim = new BufferClaim();
        private final UnsafeBuffer source;
        private final int bytes;
        private final boolean small;
        private final int dutyEvery;
        private int sinceDuty;

        Out(ExclusivePublication publication, @Nullable AgentInvoker driver, RingTask task) {
            this.publication = publication;
            this.driver = driver;
            this.source = new UnsafeBuffer(OneWayRoles.pages(task.bytes()));
            this.bytes = task.bytes();
            this.small = task.isSmall();
            this.dutyEvery = Math.max(1, task.capacityBytes() / DUTIES_PER_TERM / (2 * bytes));
        }

        @Override
        public boolean trySend(long number) {
            if (driver != null && ++sinceDuty >= dutyEvery) {
                sinceDuty = 0;
                int _ = driver.invoke();
            }
            return small ? trySendSmall(number) : trySendLarge(number);
        }

        private boolean trySendSmall(long number) {
            if (publication.tryClaim(SMALL, claim) < 0) {
                return false;
            }
            MutableDirectBuffer buffer = claim.buffer();
            int index = claim.offset();
            buffer.putLong(index, number);
            buffer.putLong(index + 8, number);
            buffer.putLong(index + 16, number);
            buffer.putLong(index + 24, number);
            claim.commit();
            return true;
        }

        private boolean trySendLarge(long number) {
            source.putLong(0, number);
            return publication.offer(source, 0, bytes) >= 0;
        }

        @Override
        public void awaitRoom() {
            if (driver != null) {
                int _ = driver.invoke();
            }
            Thread.onSpinWait();
        }

        @Override
        public void flush() {
            // each message is published
        }
    }

    private static final class In extends Inlet implements FragmentHandler {
        private final UnsafeBuffer target;
        private final boolean small;
        private @Nullable Image image;
        private int filled;
        private int messages;

        In(RingTask task) {
            this.target = new UnsafeBuffer(OneWayRoles.pages(task.bytes()));
            this.small = task.isSmall();
        }

        boolean isConnectedTo(Subscription subscription) {
            if (!subscription.isConnected()) {
                return false;
            }
            image = subscription.imageAtIndex(0);
            return true;
        }

        @Override
        @SuppressWarnings("NullAway") // set by connect()
        int poll(int limit) {
            int before = messages;
            int _ = image.poll(this, limit);
            return messages - before;
        }

        @Override
        public void onFragment(DirectBuffer memory, int index, int length, Header header) {
            if (small) {
                long number = memory.getLong(index);
                took(
                        number,
                        number + memory.getLong(index + 8) + memory.getLong(index + 16) + memory.getLong(index + 24));
                messages++;
            } else {
                memory.getBytes(index, target, filled, length);
                filled += length;
                if ((header.flags() & FrameDescriptor.END_FRAG_FLAG) != 0) {
                    long number = target.getLong(0);
                    took(number, number);
                    filled = 0;
                    messages++;
                }
            }
        }

        @Override
        void await() {
            Thread.onSpinWait();
        }
    }
}
