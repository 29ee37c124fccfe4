package dev.naru.topics;

import static dev.naru.linux.UnguardedMemory.ALL;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.BatchCursor;
import dev.naru.topics.internal.Checksum;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.StableBatch;
import dev.naru.topics.internal.Unpacker;
import dev.naru.topics.internal.Use;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The place of a cursor in one partition: from batch to batch by {@link BatchCursor}, and from record to record. While a thread goes
 * on, nobody takes the segment away from under it; while a handler runs, which may last, closing does, and the handler finds it gone.
 *
 * <p>For one thread at a time, but {@link #close} by any.
 */
final class PartitionCursor {
    private final Partition partition;
    private final BatchCursor batches;
    private final RecordView view;
    private final Checksum checksum = new Checksum();

    /** Null where all is wanted, committed or not. */
    private final @Nullable Transactions transactions;

    private final Use use = new Use(this::release);
    private @Nullable Unpacker unpacker;
    private @Nullable StableBatch stable;

    // The batch in hand: how many of its records are left, where the next one begins, and where the one behind that
    // does.
    private int left;
    private long recordAt;
    private long afterRecord;
    private boolean isVerified; // that its CRC is right

    PartitionCursor(Partition partition, PartitionId id, Start start, boolean committed) throws IOException {
        this.partition = partition;
        this.view = new RecordView(id.topic(), id.partition());
        this.batches = BatchCursor.of(partition, committed);
        this.transactions = committed ? new Transactions(partition) : null;
        begin(start, find(start));
    }

    /**
     * Which offset that is; it stays where it is.
     *
     * @throws ErrnoException {@link Problem#OUT_OF_RANGE} when it is not there, nor the next one, and the start does not say what else
     */
    long find(Start start) throws IOException {
        try {
            return findThere(start);
        } catch (IllegalStateException thrown) {
            if (partition.isOpen()) {
                throw thrown;
            }
            throw new ClosedChannelException(); // meanwhile
        }
    }

    private long findThere(Start start) throws IOException {
        while (true) {
            long before = partition.logStart();
            PublishedEnd end = batches.newest();
            long bound = end.bound(transactions != null);
            long wanted = find(start, end, bound);
            long first = partition.logStart();
            if (start instanceof Start.Otherwise || (wanted >= first && wanted <= bound)) {
                return wanted;
            }
            if (start instanceof Start.Offset || first == before) {
                throw batches.outOfRange(wanted, bound);
            } // retention was faster: look again
        }
    }

    /** Goes to the offset that was found. */
    void begin(Start start, long wanted) throws IOException {
        requireUse();
        try {
            left = 0;
            batches.begin(
                    wanted,
                    start instanceof Start.Otherwise otherwise ? otherwise.outOfRange() : Start.OutOfRange.TELL);
        } finally {
            use.end();
        }
    }

    private void requireUse() throws ClosedChannelException {
        if (!use.begin()) {
            throw new ClosedChannelException();
        }
    }

    private long find(Start start, PublishedEnd end, long bound) throws IOException {
        return switch (start) {
            case Start.Earliest _ -> partition.logStart();
            case Start.Latest _ -> bound;
            case Start.Offset(long offset) -> offset;
            case Start.Time(long millis) -> TimeSearch.find(partition, end, bound, millis);
            case Start.Otherwise(Start wanted, Start.OutOfRange _) -> find(wanted, end, bound);
        };
    }

    /** What is told when the next record is not there. */
    ErrnoException outOfRange() {
        return batches.outOfRange();
    }

    /** Whether the next record is not there, and that is to be told. */
    boolean isLost() {
        return batches.isLost();
    }

    /** How many offsets it passed over since they were not there. */
    long missed() {
        return batches.missed();
    }

    /** The offset of the next record. */
    long next() {
        return batches.next();
    }

    /**
     * Handles what is there, at most so many records. None, though there is something: look at {@link #isLost} and
     * {@link #isTruncated}; or it was closed.
     */
    int drain(RecordHandler handler, int most, boolean verified) throws IOException {
        int handled = 0;
        try {
            while (handled < most && next(verified)) {
                handle(handler); // if it throws, this record comes again
                batches.used(view.offset() + 1);
                pass();
                handled++;
            }
        } catch (InternalError fault) { // of a page that is gone
            requireCut(fault);
        } finally {
            use.end(); // if it was closed while a handler ran that used its memory
        }
        return handled;
    }

    /** Goes to the next record that is wanted; false when all is used, or it was closed. */
    private boolean next(boolean verified) throws IOException {
        if (!use.begin()) {
            return false;
        }
        try {
            if (left > 0 && verified && !isVerified) {
                verify();
            }
            while (left > 0 || enter(verified)) {
                afterRecord = view.parse(recordAt);
                if (afterRecord < 0) {
                    throw batches.damaged("a record that begins at " + recordAt + " does not end in its batch");
                }
                if (view.offset() >= batches.next()) {
                    return true;
                }
                pass();
            }
            return false;
        } finally {
            use.end();
        }
    }

    private void pass() {
        recordAt = afterRecord;
        if (--left == 0) {
            batches.leave();
        }
    }

    /** Another publisher has cut the file: then all is looked for again. */
    private void requireCut(InternalError fault) throws IOException {
        requireUse();
        try {
            left = 0; // first: what is thrown may have left the segment
            if (!batches.wasCut()) {
                throw fault;
            }
        } finally {
            use.end();
        }
    }

    private void handle(RecordHandler handler) throws ErrnoException {
        try {
            handler.onRecord(view);
        } catch (RecordView.TornException torn) {
            throw batches.damaged(String.valueOf(torn.getMessage()));
        }
    }

    /** Whether there is something that was not looked at yet. */
    boolean isReady() throws IOException {
        try {
            requireUse();
            try {
                return left > 0 || (batches.find() && !waitsForTransaction()) || isTruncated() || isLost();
            } finally {
                use.end();
            }
        } catch (InternalError fault) {
            requireCut(fault);
            return true; // look again
        }
    }

    /** Whether what was read was taken back, and that is to be told. */
    boolean isTruncated() {
        return batches.truncatedAt() != BatchCursor.NONE;
    }

    /** What was read was taken back; told once. */
    ErrnoException truncated() {
        return batches.truncated();
    }

    /** Goes into the next batch that has a wanted record; false when all is used. */
    private boolean enter(boolean verified) throws IOException {
        while (batches.find() && !isTruncated()) {
            if (take(verified)) {
                return true;
            }
            if (waitsForTransaction()) {
                return false;
            }
        }
        return false;
    }

    /** Takes the batch in hand where the cursor stands, unless it has nothing for us, or not yet. */
    private boolean take(boolean verified) throws IOException {
        MemorySegment memory = batches.memory();
        long at = batches.position();
        long header = memory.address() + at;
        int codec = Batch.codec(ALL, header);
        boolean copied = partition.isAppendedElsewhere() && (verified || codec != 0);
        if (copied) {
            memory = copy();
            at = 0;
            header = memory.address();
        }
        ByteBuffer bytes = copied ? stable().bytes() : batches.bytes();
        long size = batches.batchEnd() - batches.position();
        if (verified) {
            requireCrc(bytes, at, size, header);
        }
        if (!isWanted(header)) {
            return false;
        }
        if (codec == 0) {
            view.enter(ALL, header, memory, at + size);
            recordAt = at + Batch.HEADER;
        } else {
            Unpacker unpacked = unpacker();
            int length = unpack(unpacked, bytes, at, size, codec);
            view.enter(ALL, header, unpacked.memory(), length);
            recordAt = 0;
        }
        left = Batch.count(ALL, header);
        isVerified = verified;
        return true;
    }

    /** One who has more right to the file may cut it meanwhile. */
    private MemorySegment copy() {
        StableBatch copy = stable();
        copy.copy(batches.memory(), batches.position(), batches.batchEnd() - batches.position());
        return copy.memory();
    }

    /** The batch in hand was entered by one who does not look at the CRC. */
    private void verify() throws IOException {
        long size = batches.batchEnd() - batches.position();
        if (partition.isAppendedElsewhere()) {
            MemorySegment memory = copy();
            requireCrc(stable().bytes(), 0, size, memory.address());
        } else {
            requireCrc(
                    batches.bytes(), batches.position(), size, batches.memory().address() + batches.position());
        }
        isVerified = true;
    }

    private void requireCrc(ByteBuffer bytes, long at, long size, long header) throws ErrnoException {
        if (checksum.of(bytes, at, size) != Batch.crc(ALL, header)) {
            throw batches.damaged("a batch has another CRC than it should");
        }
    }

    /** Whether it has records that count; what has none is left behind. */
    private boolean isWanted(long header) throws IOException {
        if (Batch.isControl(ALL, header) || Batch.count(ALL, header) == 0) {
            batches.leave();
            return false;
        }
        if (transactions == null || !Batch.isTransactional(ALL, header)) {
            return true;
        }
        Transactions.Outcome outcome = outcome(transactions);
        if (outcome == Transactions.Outcome.ABORTED) {
            batches.leave();
        }
        return outcome == Transactions.Outcome.COMMITTED;
    }

    private Transactions.Outcome outcome(Transactions of) throws IOException {
        MemorySegment memory = batches.memory();
        long at = batches.position();
        return of.of(
                Batch.producer(memory, at),
                Batch.baseOffset(memory, at),
                batches.end().generation());
    }

    /** Whether it stands at a batch whose transaction is not decided. Then it has looked at the newest end. */
    private boolean waitsForTransaction() throws IOException {
        Transactions some = transactions;
        if (some == null) {
            return false;
        }
        do {
            if (!batches.find()) {
                return false;
            }
            if (!Batch.isTransactional(batches.memory(), batches.position())
                    || Batch.isControl(batches.memory(), batches.position())
                    || outcome(some) != Transactions.Outcome.OPEN) {
                return false;
            }
        } while (batches.refresh());
        return true;
    }

    private StableBatch stable() {
        StableBatch kept = stable;
        if (kept == null) {
            kept = StableBatch.create();
            stable = kept;
        }
        return kept;
    }

    private Unpacker unpacker() {
        Unpacker kept = unpacker;
        if (kept == null) {
            kept = Unpacker.create();
            unpacker = kept;
        }
        return kept;
    }

    private int unpack(Unpacker into, ByteBuffer bytes, long at, long size, int codec) throws IOException {
        int length;
        try {
            length = into.unpack(bytes, at, size, codec);
        } catch (DataFormatException malformed) {
            throw batches.damaged(String.valueOf(malformed.getMessage()));
        }
        if (length < 0) {
            throw notUnpacked(length, "position " + batches.position(), codec);
        }
        return length;
    }

    private ErrnoException notUnpacked(int why, String place, int codec) {
        return why == Unpacker.NO_CODEC
                ? refused(Problem.NO_CODEC, Errno.EOPNOTSUPP, "", Unpacker.name(codec) + " (" + place + ")")
                : refused(Problem.UNPACKED_TOO_LARGE, Errno.EFBIG, Unpacker.MOST + " B", place);
    }

    private ErrnoException refused(Problem problem, Errno errno, String limit, String value) {
        return ErrnoException.of(problem, errno.number(), "read", batches.file(), limit, value);
    }

    /** Which partition of its topic it is. */
    int number() {
        return view.partition();
    }

    /** The partition. */
    Partition partition() {
        return partition;
    }

    /** Up to where all was used when {@link #isReady} answered false. */
    PublishedEnd used() {
        return batches.end();
    }

    /** Lets go of the segments, now or when the thread that goes on is done with that. Any thread may call it; it waits for nobody. */
    void close() {
        use.close();
    }

    private boolean release(boolean patiently) {
        if (!patiently && !batches.tryClose()) {
            return false; // a handler is writing it somewhere
        }
        batches.close();
        Transactions some = transactions;
        if (some != null) {
            some.close();
        }
        return true;
    }
}
