package dev.naru.bench;

/** What both contestants of a race do. */
sealed interface Work {
    /** How much of it one round is. */
    Amount amount(Effort effort);

    /** What JVMs do before the first round, so that they run compiled code. */
    Amount warmUp(Effort effort);

    /** How many bytes are moved. */
    default long bytes(Amount amount) {
        return amount.count();
    }

    /** What the bytes of a stream go through. */
    enum Carrier {
        /** An anonymous pipe between two children of one parent. */
        PIPE,
        /** A FIFO that both open by its path. */
        FIFO,
        /** A Unix socket with a file; one connection goes both ways. */
        UNIX,
        /** A TCP socket of 127.0.0.1, at a port that the kernel chooses. */
        TCP;

        boolean isSocket() {
            return this == UNIX || this == TCP;
        }
    }

    /** Work with streams of bytes. */
    sealed interface Streams extends Work {
        /** What they go through. */
        Carrier carrier();
    }

    /**
     * A message there and back, through two streams or one connection, by two processes that wait for each other.
     *
     * @param bytes the size of the message
     */
    record RoundTrips(Carrier carrier, int bytes) implements Streams {
        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() / 10, effort.trips());
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips());
        }
    }

    /**
     * Pieces through one stream, as fast as they go.
     *
     * @param pieceBytes what the writer writes at a time
     * @param capacityBytes what the pipe holds, or the socket's send buffer; 0 leaves it to the kernel
     * @param lent whether our writer lends its pages (vmsplice) where the peer writes
     * @param ourReadBytes what our reader asks for at a time
     * @param peerReadBytes what the peer's reader asks for at a time
     */
    record OneWay(Carrier carrier, int pieceBytes, int capacityBytes, boolean lent, int ourReadBytes, int peerReadBytes)
            implements Streams {

        @Override
        public Amount amount(Effort effort) {
            return new Amount(wholePieces(effort.bytes() / 16), wholePieces(effort.bytes()));
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, wholePieces(effort.warmUpBytes()));
        }

        private long wholePieces(long bytes) {
            return Math.max(1, bytes / pieceBytes) * pieceBytes;
        }
    }

    /** The kernel's two kinds of message queue. */
    enum QueueKind {
        /** System V. */
        SYSTEM_V("sysv"),
        /** POSIX. */
        POSIX("mq");

        private final String word;

        QueueKind(String word) {
            this.word = word;
        }

        /** As programs take it. */
        String word() {
            return word;
        }
    }

    /** Work with message queues of the kernel. */
    sealed interface Queues extends Work {
        /** Of which kind. */
        QueueKind kind();

        /** The size of a message. */
        int bytes();
    }

    /**
     * A message there and back, through two queues.
     *
     * @param bytes the size of the message
     */
    record QueueTrips(QueueKind kind, int bytes) implements Queues {
        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() / 10, effort.trips());
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips());
        }
    }

    /**
     * Messages through one queue, as fast as they go.
     *
     * @param bytes the size of a message
     */
    record QueueOneWay(QueueKind kind, int bytes) implements Queues {
        private static final int PER_TRIP = 40;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() * PER_TRIP / 10, effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips() * (PER_TRIP / 4));
        }

        @Override
        public long bytes(Amount amount) {
            return amount.count() * bytes;
        }
    }

    /** Work with shared memory. */
    sealed interface Memory extends Work {}

    /** What a side does while it has nothing to do. */
    enum Wait {
        /** Looks again and again. */
        SPIN,
        /** Looks for a while, then sleeps. */
        ADAPTIVE,
        /** Sleeps at once, in a futex. */
        PARK;

        /** As programs take it. */
        String word() {
            return switch (this) {
                case SPIN -> "spin";
                case ADAPTIVE -> "adaptive";
                case PARK -> "park";
            };
        }
    }

    /**
     * A message there and back, through two rings.
     *
     * @param ours how we wait
     * @param peers how the peer waits
     * @param bytes the size of the message
     * @param capacityBytes what each ring holds
     */
    record RingTrips(Wait ours, Wait peers, int bytes, int capacityBytes) implements Memory {
        /** A spinning side answers some hundred times faster than one that has to be woken. */
        private static final int SPINNING = 100;

        @Override
        public Amount amount(Effort effort) {
            long trips = parks() ? effort.trips() : effort.trips() * SPINNING;
            return new Amount(trips / 10, trips);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, parks() ? effort.warmUpTrips() : effort.warmUpTrips() * (SPINNING / 5));
        }

        private boolean parks() {
            return ours == Wait.PARK;
        }
    }

    /**
     * Messages through one ring, as fast as they go. All sides spin.
     *
     * @param bytes the size of a message
     * @param batch how many are published at a time, by those who can choose
     * @param producers how many processes send
     * @param ourCapacityBytes what our ring holds, for each producer
     * @param peerCapacityBytes what the peer's ring holds
     */
    record RingOneWay(int bytes, int batch, int producers, int ourCapacityBytes, int peerCapacityBytes)
            implements Memory {
        private static final int SMALL = 1024;
        private static final int SMALL_PER_TRIP = 4_000;
        private static final int BYTES_PER_BYTE = 4;

        @Override
        public Amount amount(Effort effort) {
            long messages = isSmall() ? effort.trips() * SMALL_PER_TRIP : effort.bytes() * BYTES_PER_BYTE / bytes;
            return new Amount(messages / 16, messages);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(
                    0, isSmall() ? effort.warmUpTrips() * (SMALL_PER_TRIP / 8) : effort.warmUpBytes() / bytes);
        }

        @Override
        public long bytes(Amount amount) {
            return amount.count() * bytes;
        }

        /** Whether a message is written and read in place, word by word; a large one is copied in and out. */
        boolean isSmall() {
            return bytes <= SMALL;
        }
    }

    /**
     * A reader that waits for messages, of which none comes.
     *
     * @param ours how we wait
     * @param peers how the peer waits
     */
    record RingIdle(Wait ours, Wait peers) implements Memory {
        private static final int JUDGED_MILLIS = 1_000;
        private static final int BRIEF_MILLIS = 50;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(0, effort.judged() ? JUDGED_MILLIS : BRIEF_MILLIS);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return amount(effort);
        }
    }

    /** A lock is taken and given back, and nobody else wants it. */
    record LockPairs() implements Memory {
        private static final int PER_TRIP = 3_000;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() * (PER_TRIP / 10), effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips() * (PER_TRIP / 10));
        }
    }

    /** A semaphore is acquired and released, and nobody else wants it. */
    record SemaphorePairs() implements Memory {
        private static final int PER_TRIP = 3_000;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() * (PER_TRIP / 10), effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips() * (PER_TRIP / 10));
        }
    }

    /** Work with a log in files. */
    sealed interface Log extends Work {
        /** Whether its files lie on the disk; else in memory, as the page cache is, and no disk disturbs. */
        default boolean onDisk() {
            return false;
        }

        /** How many share what is appended, of ours or of the peer's. */
        default int writers(boolean ours) {
            return 1;
        }
    }

    /**
     * Records appended to a new log by one process, which is alone.
     *
     * @param bytes of a record
     * @param batch how many are published at a time, by those who can choose
     */
    record LogAppend(int bytes, int batch) implements Log {
        private static final int BYTES_PER_TRIP = 90_000;
        private static final int WARM_PER_TRIP = 4_000;

        @Override
        public Amount amount(Effort effort) {
            long records = effort.trips() * BYTES_PER_TRIP / (bytes + 61) / batch * batch;
            return new Amount(records / 16 / batch * batch, records);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips() * WARM_PER_TRIP / bytes / batch * batch);
        }

        @Override
        public long bytes(Amount amount) {
            return amount.count() * bytes;
        }
    }

    /**
     * Records read from the start of a log to its end, out of memory, by one process, which is alone.
     *
     * @param bytes of a record
     * @param batch how many were published at a time, by those who can choose
     */
    record LogRead(int bytes, int batch) implements Log {
        private static final int PER_TRIP = 1_000;
        private static final int PASSES = 10;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(0, effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(PASSES, effort.trips() * PER_TRIP);
        }
    }

    /**
     * Records polled as objects from the start of a log to its end, out of memory, by one process, which is alone: by us as the one
     * member of a group, which commits after each poll; by the peer, which is ours too, with a cursor.
     *
     * @param bytes of a record
     */
    record LogPoll(int bytes) implements Log {
        private static final int PER_TRIP = 400;
        private static final int PASSES = 10;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(0, effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(PASSES, effort.trips() * PER_TRIP);
        }
    }

    /**
     * Records that one process appends at a pace and another reads.
     *
     * @param bytes of a record
     * @param policy how the reader waits
     * @param percentile of the times, in percent
     */
    record LogDelivery(int bytes, Wait policy, int percentile) implements Log {
        private static final int SPINNING_GAP = 10_000;
        private static final int PARKED_GAP = 200_000;
        private static final int SPINNING = 20;

        @Override
        public Amount amount(Effort effort) {
            long records = spins() ? effort.trips() * SPINNING : effort.trips();
            return new Amount(records / 10, records);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, spins() ? effort.warmUpTrips() * (SPINNING / 4) : effort.warmUpTrips() / 5);
        }

        /** From one record to the next, in ns: for a reader that sleeps long enough to fall asleep. */
        int gapNanos() {
            return spins() ? SPINNING_GAP : PARKED_GAP;
        }

        boolean spins() {
            return policy == Wait.SPIN;
        }
    }

    /**
     * Records appended by several processes, each with several threads, to one partition; by the peer, which is ours too, by one.
     *
     * @param bytes of a record
     * @param processes how many
     * @param threads how many in each
     * @param flushed whether each is answered when it is on the disk
     */
    record LogWriters(int bytes, int processes, int threads, boolean flushed) implements Log {
        private static final int PER_TRIP = 600;
        private static final int WARM = 64;
        private static final int WARM_PER_TRIP = 40;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(WARM, flushed ? shared(effort.trips()) : effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(WARM, flushed ? shared(effort.trips()) : effort.warmUpTrips() * WARM_PER_TRIP);
        }

        private static long shared(long records) {
            return records / WARM * WARM;
        }

        @Override
        public boolean onDisk() {
            return flushed;
        }

        @Override
        public int writers(boolean ours) {
            return ours ? processes : 1;
        }
    }

    /**
     * Records each of which is on the disk before the next one.
     *
     * @param bytes of a record
     */
    record LogFlush(int bytes) implements Log {
        @Override
        public Amount amount(Effort effort) {
            return new Amount(effort.trips() / 10, effort.trips());
        }

        @Override
        public Amount warmUp(Effort effort) {
            return amount(effort);
        }

        @Override
        public boolean onDisk() {
            return true;
        }
    }

    /** Work of a program that is written for Kafka's client interfaces. */
    sealed interface Clients extends Work {
        /** Of a record. */
        int bytes();
    }

    /**
     * Records sent to a new topic.
     *
     * @param bytes of a record
     */
    record Produce(int bytes) implements Clients {
        private static final int PER_TRIP = 300;
        private static final int WARM_PER_TRIP = 50;

        @Override
        public Amount amount(Effort effort) {
            long records = effort.trips() * PER_TRIP;
            return new Amount(records / 16, records);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(0, effort.warmUpTrips() * WARM_PER_TRIP);
        }
    }

    /**
     * Records read from the start of a topic to its end, out of memory.
     *
     * @param bytes of a record
     */
    record Consume(int bytes) implements Clients {
        private static final int PER_TRIP = 500;
        private static final int PASSES = 5;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(0, effort.trips() * PER_TRIP);
        }

        @Override
        public Amount warmUp(Effort effort) {
            return new Amount(PASSES, effort.trips() * PER_TRIP);
        }
    }

    /** Work of a client and a server of gRPC. */
    sealed interface Rpc extends Work {
        /** Of code that is not compiled. */
        int FEW = 100;

        /** Compilers take their time, however short a call is. */
        int WARM_MILLIS = 8_000;

        /** How we wait; the peer's transports wait in epoll. */
        Wait ours();

        /** Of a message's body. */
        int bytes();

        /** How many calls, or messages, a round is that is judged. */
        long count(Effort effort);

        @Override
        default Amount amount(Effort effort) {
            long count = effort.judged() ? count(effort) : Math.min(count(effort), FEW);
            return new Amount(count / 16, count);
        }

        /** A round again and again, for so many ms. */
        @Override
        default Amount warmUp(Effort effort) {
            return new Amount(effort.judged() ? WARM_MILLIS : 0, amount(effort).count());
        }
    }

    /**
     * A message there and back by unary calls, one after the other.
     *
     * @param bytes of a message's body
     */
    record RpcTrips(Wait ours, int bytes) implements Rpc {
        private static final int PER_TRIP = 4;

        @Override
        public long count(Effort effort) {
            return effort.trips() * PER_TRIP;
        }
    }

    /**
     * Large messages there and back by unary calls, one after the other.
     *
     * @param bytes of a message's body
     */
    record RpcCalls(Wait ours, int bytes) implements Rpc {
        private static final int TRIPS_PER_CALL = 10;

        @Override
        public long count(Effort effort) {
            return effort.trips() / TRIPS_PER_CALL;
        }

        /** There, and back. */
        @Override
        public long bytes(Amount amount) {
            return amount.count() * bytes * 2;
        }
    }

    /**
     * Unary calls, several under way at a time.
     *
     * @param bytes of a message's body
     * @param calls how many
     */
    record RpcFlight(Wait ours, int bytes, int calls) implements Rpc {
        private static final int PER_TRIP = 40;

        @Override
        public long count(Effort effort) {
            return effort.trips() * PER_TRIP;
        }
    }

    /**
     * Messages that answer one call, as fast as the client takes them.
     *
     * @param bytes of a message's body
     */
    record RpcStream(Wait ours, int bytes) implements Rpc {
        private static final int PER_TRIP = 100;

        @Override
        public long count(Effort effort) {
            return effort.trips() * PER_TRIP;
        }
    }

    /**
     * A file through a relay to a socket.
     *
     * @param start whether what counts is the time until the first byte has come; else it is the time of all others
     */
    record Relay(boolean start) implements Work {
        private static final int FEW = 64 * 1024;

        @Override
        public Amount amount(Effort effort) {
            return new Amount(0, start ? FEW : effort.bytes());
        }

        @Override
        public Amount warmUp(Effort effort) {
            return amount(effort);
        }
    }

    /**
     * Trips, messages, bytes, pairs of calls, or milliseconds.
     *
     * @param warmup how many go before and do not count
     * @param count how many count
     */
    record Amount(long warmup, long count) {
        /** What each of so many producers does of it. */
        Amount share(int producers) {
            if (warmup % producers != 0 || count % producers != 0) {
                throw new IllegalArgumentException(this + " cannot be shared by " + producers);
            }
            return new Amount(warmup / producers, count / producers);
        }
    }
}
