package dev.naru.memory.testing;

import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastReader;
import dev.naru.memory.BroadcastStat;
import dev.naru.memory.BroadcastWriter;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What is recorded: each from opening the file to closing it. They mark what they promise to whoever calls them, and when:
 * {@code begun N} before a message is sent, {@code sent N} after it, {@code handling N}, {@code receiving} and {@code taken N}, {@code locked},
 * {@code unlocking} and {@code unlocked}. A message is filled with its number.
 */
public enum RecordedOperation {
    /** Takes a lane and sends 3. */
    SEND {
        @Override
        void run(Path file) throws Exception {
            try (Ring ring = Ring.open(file);
                    RingWriter writer = ring.writer()) {
                send(writer, 3);
            }
        }
    },
    /** Gives a claim up, with bytes in it, and sends 3. */
    ABORT_AND_SEND {
        @Override
        void run(Path file) throws Exception {
            try (Ring ring = Ring.open(file);
                    RingWriter writer = ring.writer()) {
                claim(writer, 7);
                writer.abort();
                send(writer, 3);
            }
        }
    },
    /** Sends 3, 4 and 5 at once. */
    SEND_TOGETHER {
        @Override
        void run(Path file) throws Exception {
            try (Ring ring = Ring.open(file);
                    RingWriter writer = ring.writer()) {
                for (int number = 3; number <= 5; number++) {
                    StoreRecorder.mark("begun " + number);
                    claim(writer, number);
                    writer.stage();
                }
                boolean _ = writer.publish();
                for (int number = 3; number <= 5; number++) {
                    StoreRecorder.mark("sent " + number);
                }
            }
        }
    },
    /** Takes one message. */
    RECEIVE {
        @Override
        void run(Path file) throws Exception {
            try (Ring ring = Ring.open(file);
                    RingReader reader = ring.reader()) {
                StoreRecorder.mark("receiving");
                StoreRecorder.mark("taken " + number(reader.receive()));
            }
        }
    },
    /** Handles two in place. */
    DRAIN {
        @Override
        void run(Path file) throws Exception {
            try (Ring ring = Ring.open(file);
                    RingReader reader = ring.reader()) {
                int _ = reader.drain(
                        (memory, offset, _) ->
                                StoreRecorder.mark("handling " + memory.get(ValueLayout.JAVA_LONG, offset)),
                        2);
            }
        }
    },
    /** Locks and unlocks. */
    LOCK {
        @Override
        void run(Path file) throws Exception {
            try (SharedLock lock = SharedLock.open(file)) {
                LockOutcome _ = lock.lock();
                StoreRecorder.mark("locked");
                StoreRecorder.mark("unlocking");
                lock.unlock();
                StoreRecorder.mark("unlocked");
            }
        }
    },
    /** Locks, and gives up in the section. */
    LOCK_AND_FAIL {
        @Override
        void run(Path file) throws Exception {
            try (SharedLock lock = SharedLock.open(file)) {
                LockOutcome _ = lock.lock();
                StoreRecorder.mark("locked");
                lock.unlockDirty();
            }
        }
    },
    /** Becomes the producer of a broadcast ring and sends the next message. */
    BROADCAST {
        @Override
        void run(Path file) throws Exception {
            try (Broadcast ring = Broadcast.open(file);
                    BroadcastWriter writer = ring.writer()) {
                long number = sent(file);
                StoreRecorder.mark("begun " + number);
                boolean _ = writer.trySend(ByteBuffer.wrap(message(number)));
                StoreRecorder.mark("sent " + number);
            }
        }
    },
    /** Takes a row of a broadcast ring. */
    LISTEN {
        @Override
        void run(Path file) throws Exception {
            try (Broadcast ring = Broadcast.open(file);
                    BroadcastReader reader = ring.reader()) {
                var _ = reader.tryReceive();
            }
        }
    },
    /** Only opens a ring: that of an earlier boot is put right. */
    OPEN_RING {
        @Override
        void run(Path file) throws Exception {
            Ring.open(file).close();
        }
    },
    /** Only opens a lock. */
    OPEN_LOCK {
        @Override
        void run(Path file) throws Exception {
            SharedLock.open(file).close();
        }
    },
    /** Only opens a broadcast ring. */
    OPEN_BROADCAST {
        @Override
        void run(Path file) throws Exception {
            Broadcast.open(file).close();
        }
    };

    abstract void run(Path file) throws Exception;

    /** Runs one by its name, as another class loader calls it. */
    public static void run(String name, Path file) throws Exception {
        valueOf(name).run(file);
    }

    /** How many messages a broadcast ring has had. */
    public static long sent(Path file) throws IOException {
        try (BroadcastStat stat = BroadcastStat.open(file)) {
            return stat.read().sent();
        }
    }

    private static void send(RingWriter writer, int number) throws IOException, InterruptedException {
        StoreRecorder.mark("begun " + number);
        writer.send(message(number));
        StoreRecorder.mark("sent " + number);
    }

    private static void claim(RingWriter writer, int number) {
        byte[] message = message(number);
        if (writer.claim(message.length) != SendOutcome.CLAIMED) {
            throw new AssertionError("no room");
        }
        MemorySegment.copy(message, 0, writer.memory(), ValueLayout.JAVA_BYTE, writer.offset(), message.length);
    }

    /** A message: one to five times its number. */
    public static byte[] message(long number) {
        byte[] message = new byte[8 * (1 + (int) (number % 5))];
        MemorySegment words = MemorySegment.ofArray(message);
        for (long at = 0; at < message.length; at += 8) {
            words.set(ValueLayout.JAVA_LONG_UNALIGNED, at, number);
        }
        return message;
    }

    /** The number of a message; throws when it is torn. */
    public static long number(byte[] message) {
        if (message.length == 0) {
            throw new AssertionError("torn: empty");
        }
        long number = MemorySegment.ofArray(message).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        if (number < 0 || !java.util.Arrays.equals(message, message(number))) {
            throw new AssertionError("torn: " + java.util.HexFormat.of().formatHex(message));
        }
        return number;
    }
}
