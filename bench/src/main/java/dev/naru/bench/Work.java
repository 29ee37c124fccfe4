package dev.naru.bench;

/** What both contestants of a race do. */
sealed interface Work {
    /** What the bytes go through. */
    enum Carrier {
        /** An anonymous pipe between two children of one parent. */
        PIPE,
        /** A FIFO that both open by its path. */
        FIFO
    }

    /** What they go through. */
    Carrier carrier();

    /** How much of it one round is. */
    Amount amount(Effort effort);

    /** What our JVMs do before the first round, so that they run compiled code. */
    Amount warmUp(Effort effort);

    /**
     * A message there and back, through two streams, by two processes that wait for each other.
     *
     * @param bytes the size of the message
     */
    record RoundTrips(Carrier carrier, int bytes) implements Work {
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
     * @param capacityBytes what the pipe holds
     * @param lent whether our writer lends its pages (vmsplice) where the peer writes
     * @param ourReadBytes what our reader asks for at a time
     * @param peerReadBytes what the peer's reader asks for at a time
     */
    record OneWay(Carrier carrier, int pieceBytes, int capacityBytes, boolean lent, int ourReadBytes, int peerReadBytes)
            implements Work {

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

    /**
     * Trips or bytes.
     *
     * @param warmup how many go before and do not count
     * @param count how many count
     */
    record Amount(long warmup, long count) {}
}
