package dev.naru.rpc;

import dev.naru.channels.Connection;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingWriter;
import dev.naru.memory.Waiting;
import io.grpc.Status;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection: a ring each way, and the socket by which they were agreed on. The socket stays open as the sign of life of both
 * sides: when the far side is gone, what it had sent is still taken, and then the connection ends.
 *
 * <p>One thread at a time {@link #read reads}; which one is the side's own matter.
 */
abstract class Link {
    private static final System.Logger LOG = System.getLogger("dev.naru.rpc");
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BATCH = 64;

    /** The side's own words on the socket: none is longer. */
    private static final int MOST_WORDS = 64;

    final Outbox outbox;
    final PiecePool pieces = new PiecePool();

    private final Connection socket;
    private final Ring in;
    private final Ring out;
    private final RingReader reader;
    private final String name;
    private final MessageHandler handler = this::frame;

    /** Calls whose users are to be told something, when this batch of frames is taken. Used by who reads. */
    private final List<SerialQueue> due = new ArrayList<>();

    /** Who takes frames just now. A thread compares it with itself, and so need not see what others store. */
    private @Nullable Thread taking;

    /** The far side is gone: nothing more comes than what is in the ring. */
    private volatile boolean peerIsGone;

    /** A ring has no more, unless somebody goes on writing. */
    private final long mostBatches;

    private long batchesOfTheRest;

    /** Guarded by this object's monitor. */
    private boolean ended;

    /** Takes over the socket and the rings, also when it fails. */
    Link(Connection socket, Ring in, Ring out, Waiting waiting, String name) throws IOException {
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.name = name;
        this.mostBatches = 2L + in.maxMessage() / BATCH; // of frames of 16 B, twice over
        try {
            this.reader = in.reader(waiting);
            RingWriter writer = out.writer(waiting);
            this.outbox = new Outbox(writer, this::onBroken);
        } catch (IOException | RuntimeException | Error failed) {
            Rendezvous.closeAll(socket, in, out);
            throw failed;
        }
    }

    /** A frame has come. Its body is in the ring, and is not after this. */
    abstract void onFrame(int call, byte type, int flags, byte[] body);

    /** The far side has said something on the socket. */
    abstract void onWord(byte word);

    /** It is over: every call that there still is ends so. Called once. */
    abstract void onEnd(Status status);

    /** Whoever reads now, or else the caller, takes what is left in the ring and ends the connection. */
    abstract void readTheRest();

    /** Begins to watch the socket. */
    final void watch() {
        // No virtual thread: services may have all carriers, and the death of the far side is to be seen at once.
        var _ = Thread.ofPlatform().daemon().name("naru-rpc-watch").start(this::watchSocket);
    }

    private void watchSocket() {
        ByteBuffer words = ByteBuffer.allocate(MOST_WORDS);
        try {
            while (socket.read(words) >= 0) {
                words.flip();
                while (words.hasRemaining()) {
                    onWord(words.get());
                }
                words.clear();
            }
        } catch (IOException gone) {
            // as its end
        }
        peerIsGone = true;
        outbox.giveUp(); // nobody takes it
        reader.wakeUp();
        readTheRest();
    }

    /** Says one of this side's own words on the socket. */
    final void say(byte word) {
        try {
            int _ = socket.tryWrite(ByteBuffer.wrap(new byte[] {word}));
        } catch (IOException gone) {
            // which the watcher finds
        }
    }

    private void frame(MemorySegment memory, long offset, int length) {
        if (length < FrameLayout.HEADER) {
            throw new BrokenProtocolException("a frame of " + length + " B");
        }
        int call = memory.get(INT, offset + FrameLayout.CALL_AT);
        byte type = memory.get(ValueLayout.JAVA_BYTE, offset + FrameLayout.TYPE_AT);
        int flags = memory.get(ValueLayout.JAVA_BYTE, offset + FrameLayout.FLAGS_AT) & 0xFF;
        byte[] body = pieces.take(length - FrameLayout.HEADER); // a copy: what is checked is not changed afterwards
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset + FrameLayout.HEADER, body, 0, body.length);
        onFrame(call, type, flags, body);
    }

    /** Its user is to be told something: at once, or by a thread that takes frames just now, when it has taken them. */
    final void tell(SerialQueue queue) {
        if (taking != Thread.currentThread()) {
            queue.submitIfDue();
        } else if (queue.isDue()) {
            due.add(queue);
        }
    }

    /**
     * Takes some frames, if there are any, and has users told of them. By one thread at a time.
     *
     * @return whether there were any
     */
    final boolean read() {
        boolean some = false;
        taking = Thread.currentThread();
        try {
            int count = reader.drain(handler, BATCH);
            some = count > 0;
            if (peerIsGone && (count == 0 || ++batchesOfTheRest > mostBatches)) {
                end(Status.UNAVAILABLE.withDescription(name + ": the far side is gone"));
            }
        } catch (BrokenProtocolException | IllegalStateException broken) { // no words of ours, or a damaged ring
            LOG.log(System.Logger.Level.WARNING, name + ": the far side breaks the protocol", broken);
            end(Status.INTERNAL.withDescription(name + ": the far side breaks the protocol: " + broken.getMessage()));
        } catch (RuntimeException | Error failed) {
            onBroken(failed);
        } finally {
            taking = null;
            tellDue();
        }
        return some;
    }

    /** This side can not go on. */
    private void onBroken(Throwable failed) {
        LOG.log(System.Logger.Level.WARNING, name + ": the connection fails", failed);
        end(Status.INTERNAL
                .withDescription(name + ": the connection fails: " + failed)
                .withCause(failed));
    }

    private void tellDue() {
        for (int i = 0; i < due.size(); i++) {
            due.get(i).submit(); // which throws nothing
        }
        due.clear();
    }

    /** Waits until frames have come, or somebody calls {@link #wakeReader}. By the thread that reads. */
    final void await() throws InterruptedException {
        try {
            reader.await();
        } catch (ClosedChannelException closed) {
            // which isEnded tells
        } catch (IOException failed) {
            onBroken(failed);
        }
    }

    final void wakeReader() {
        reader.wakeUp();
    }

    final synchronized boolean isEnded() {
        return ended;
    }

    final boolean isPeerGone() {
        return peerIsGone;
    }

    final String name() {
        return name;
    }

    /** Ends it, with all its calls. Idempotent. */
    final void end(Status status) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        Rendezvous.closeAll(socket, in, out);
        onEnd(status);
    }
}
