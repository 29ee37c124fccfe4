package dev.naru.bench;

import dev.naru.bench.Work.Carrier;
import dev.naru.bench.Work.Consume;
import dev.naru.bench.Work.LockPairs;
import dev.naru.bench.Work.LogAppend;
import dev.naru.bench.Work.LogDelivery;
import dev.naru.bench.Work.LogFlush;
import dev.naru.bench.Work.LogPoll;
import dev.naru.bench.Work.LogRead;
import dev.naru.bench.Work.LogWriters;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.Produce;
import dev.naru.bench.Work.QueueKind;
import dev.naru.bench.Work.QueueOneWay;
import dev.naru.bench.Work.QueueTrips;
import dev.naru.bench.Work.Relay;
import dev.naru.bench.Work.RingIdle;
import dev.naru.bench.Work.RingOneWay;
import dev.naru.bench.Work.RingTrips;
import dev.naru.bench.Work.RoundTrips;
import dev.naru.bench.Work.RpcCalls;
import dev.naru.bench.Work.RpcFlight;
import dev.naru.bench.Work.RpcStream;
import dev.naru.bench.Work.RpcTrips;
import dev.naru.bench.Work.SemaphorePairs;
import dev.naru.bench.Work.Wait;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of all races and their bars. Settings that say "best" were found by trying: {@code docs/performance.md}. */
final class Races {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    /** The peer that is a C program; the others are JVMs. */
    static final String C = "c";

    private static final String AGRONA = "agrona";
    private static final String AERON = "aeron";
    private static final String CHRONICLE = "chronicle";
    private static final String SOCAT = "socat";
    private static final String KAFKA = "kafka";
    private static final String GRPC_TCP = "grpc-tcp";
    private static final String GRPC_UNIX = "grpc-unix";
    private static final String NARU = "naru";

    private static final double BANDWIDTH_BAR = 0.95;
    private static final double ROUND_TRIP_BAR = 1.2;
    private static final double LENDING_BAR = 2.0;

    private static final String ROUND_TRIP =
            "32 B written and the 32 B answer read, through two streams; both sides wait by sleeping; contents not checked";
    private static final String PIECE_64K =
            "64 KiB of one buffer written, read in 64 KiB; pipe of 1 MiB, best for both; contents not checked";
    private static final String CONNECTION_TRIP =
            "32 B written and the 32 B answer read, through one connection; both sides wait by sleeping; tcp sends at once"
                    + " (TCP_NODELAY); contents not checked";
    private static final String CONNECTION_64K =
            "64 KiB of one buffer written, read in 64 KiB, through one connection; buffers as the kernel makes them, best for"
                    + " both; contents not checked";
    private static final String RELAYED =
            "1 GiB, a file in the page cache at standard input, through a relay to a Unix socket, read there by a program in C in"
                    + " 256 KiB; from the first bytes to the last; contents not checked, their number is; socat in pieces of 256"
                    + " KiB, its best";
    private static final String RELAY_START =
            "from before a relay is started until the first bytes of its standard input have come out of a Unix socket";
    private static final String QUEUE_TRIP =
            "32 B sent and the 32 B answer received, through two queues; both sides wait in the call; contents not checked";
    private static final String QUEUE_MESSAGES =
            "100 B sent from one buffer and received into one, through one queue; both sides wait in the call; a POSIX queue holds"
                    + " 10; contents not checked, sizes are";
    private static final String PIECE_1M =
            "1 MiB handed over and read; ours lends its pages (vmsplice) and reads in 256 KiB, best of what it may be; c"
                    + " calls write and reads in 512 KiB, its best; pipe of 1 MiB; buffers not filled anew, contents not checked";

    private static final String RING_TRIP =
            "32 B, four words, written in place and published, read in place, and so back, through two rings; ";
    private static final String BOTH_SPIN = RING_TRIP + "both sides spin; all contents read, and checked by their sum";
    private static final String BOTH_PARK =
            RING_TRIP + "both sides sleep in a futex at once; all contents read, and checked by their sum";
    private static final String ADAPTIVE =
            RING_TRIP + "ours spins up to 50 us before it would sleep, its peer always spins; no pause between trips";
    private static final String SMALL_MESSAGES =
            "32 B, four words, written in place, each published at once, read in place, as many at a time as are there;"
                    + " both spin; all contents read, and checked by their sum";
    private static final String BATCHES =
            "as ring.throughput.32, but published 64 at a time by naru and c; agrona and aeron publish each, they cannot else";
    private static final String LARGE_MESSAGES =
            "64 KiB copied in from one buffer and published, copied out to one buffer; both spin; numbers checked";
    private static final String TWO_PRODUCERS =
            "32 B as in ring.throughput.32, from two processes that share a core; the reader has the other";
    private static final String IDLE =
            "a reader waits for a second, and no message comes: the time that its whole process had a core; its peer spins";
    private static final String SEMAPHORE_PAIR =
            "acquire and release of a POSIX semaphore with one permit, by one thread, wanted by nobody else";
    private static final String LOCK_PAIR =
            "lock and unlock, by one thread, with nothing between, wanted by nobody else";

    private static final String APPEND =
            "a record copied in from one buffer, its number put before, and published before the next, with its CRC by naru and"
                    + " c; a new log in memory for each round";
    private static final String APPEND_BATCH =
            "the same, published 64 at a time by naru; chronicle publishes each, it cannot else";
    private static final String READ =
            "a record looked at in place, in a log whose records were published one by one; numbers checked by their sum";
    private static final String READ_BATCH =
            "the same, in a log whose records naru published 64 at a time; chronicle each, it cannot else";
    private static final String DELIVERY_SPIN =
            "from before the append by one process until the record is read by another, which spins; 100,000 a second; c"
                    + " through a log laid out as naru's: ";
    private static final String DELIVERY_PARK =
            "from before the append by one process until the record is read by another, which sleeps in a futex; 5,000 a"
                    + " second; c sends it through a ring: the median";
    private static final String TWO_WRITERS =
            "100 B appended one by one to one partition by two processes, both together; its peer is one process alone";
    private static final String GROUP_COMMIT =
            "4 KiB appended, on the disk before the answer, to one partition by two processes with four threads each; its peer"
                    + " is one thread alone";
    private static final String FLUSH =
            "4 KiB appended, on the disk before the answer; c calls pwrite and fdatasync in a file whose blocks it got by"
                    + " fallocate: the median";

    private static final String GROUP_POLL =
            "a record of 100 B polled as an object, at most 500 a poll, in a log whose records were published one by one, by the one"
                    + " member of a group, which commits after each poll; its peer polls with a cursor and commits nothing; numbers"
                    + " checked by their sum";
    private static final String KAFKA_SETTINGS =
            "; a broker of Apache Kafka on loopback, and both cores for either side, its files"
                    + " in memory as ours; one partition, no key; ";
    private static final String LOCAL_PRODUCE =
            "100 B sent through Kafka's Producer, until all are acknowledged" + KAFKA_SETTINGS
                    + "acks=1, not idempotent, linger.ms=20, batch.size=262144, send.buffer.bytes=1048576, kafka's best; all read afterwards, numbers checked by their"
                    + " sum";
    private static final String LOCAL_CONSUME =
            "100 B polled through Kafka's Consumer, from the first record to the last" + KAFKA_SETTINGS
                    + "max.poll.records=5000, max.partition.fetch.bytes=4194304, receive.buffer.bytes=1048576, kafka's best; numbers checked by their sum";

    private static final String GRPC_SETTINGS =
            "; grpc-netty with epoll, one event loop each, callbacks on it (directExecutor), a window of 4 MiB, reads of up to 1 MiB,"
                    + " its best";
    private static final String RPC_CALL =
            "a unary call with 32 B, answered with the same, by generated blocking stubs with protobuf, one after the other; ";
    private static final String RPC_SPIN =
            RPC_CALL + "both spin, grpc-netty in its event loops (BUSY_WAIT); numbers checked" + GRPC_SETTINGS;
    private static final String RPC_PARK =
            RPC_CALL + "both sleep, ours in a futex at once; numbers checked" + GRPC_SETTINGS;
    private static final String RPC_FLIGHT =
            "the same by generated asynchronous stubs, 64 under way, each answer begins the next call; ours waits adaptively; numbers"
                    + " checked" + GRPC_SETTINGS;
    private static final String RPC_STREAM =
            "a message of 100 B of the one call that a server answers with them, as the client takes them; ours waits adaptively;"
                    + " numbers checked by their sum" + GRPC_SETTINGS;
    private static final String RPC_LARGE =
            "a unary call with 1 MiB, answered with the same, one after the other: the bytes of both; ours waits adaptively; numbers"
                    + " and sizes checked" + GRPC_SETTINGS;

    /** In the order in which they run. */
    static final List<Race> ALL = Stream.of(
                    throughput("pipe.throughput.64k", Carrier.PIPE),
                    throughput("fifo.throughput.64k", Carrier.FIFO),
                    throughput("unix.throughput.64k", Carrier.UNIX),
                    throughput("tcp.throughput.64k", Carrier.TCP),
                    roundTrip("pipe.rtt.32", Carrier.PIPE),
                    roundTrip("pipe.rtt.32", Carrier.PIPE).onOneCore(),
                    roundTrip("fifo.rtt.32", Carrier.FIFO),
                    roundTrip("fifo.rtt.32", Carrier.FIFO).onOneCore(),
                    roundTrip("unix.rtt.32", Carrier.UNIX),
                    roundTrip("unix.rtt.32", Carrier.UNIX).onOneCore(),
                    roundTrip("tcp.rtt.32", Carrier.TCP),
                    roundTrip("tcp.rtt.32", Carrier.TCP).onOneCore(),
                    queueMessages("sysv.throughput.100", QueueKind.SYSTEM_V),
                    queueMessages("mq.throughput.100", QueueKind.POSIX),
                    queueTrip("sysv.rtt.32", QueueKind.SYSTEM_V),
                    queueTrip("sysv.rtt.32", QueueKind.SYSTEM_V).onOneCore(),
                    queueTrip("mq.rtt.32", QueueKind.POSIX),
                    queueTrip("mq.rtt.32", QueueKind.POSIX).onOneCore(),
                    new Race(
                            "pipe.bulk.1m",
                            Metric.BANDWIDTH,
                            C,
                            LENDING_BAR,
                            Placement.ONE_CORE_EACH,
                            new OneWay(Carrier.PIPE, MIB, MIB, true, 256 * KIB, 512 * KIB),
                            PIECE_1M),
                    twoCores("relay.throughput", Metric.BANDWIDTH, SOCAT, 0.9, new Relay(false), RELAYED),
                    twoCores("relay.start", Metric.LATENCY, SOCAT, null, new Relay(true), RELAY_START),
                    spinning(C, 1.15),
                    spinning(AGRONA, 1.1),
                    spinning(AERON, 1.1),
                    parking(),
                    parking().onOneCore(),
                    twoCores(
                            "ring.rtt.adaptive.32",
                            Metric.ROUND_TRIP,
                            NARU,
                            1.1,
                            trips(Wait.ADAPTIVE, Wait.SPIN),
                            ADAPTIVE),
                    twoCores("ring.throughput.32", Metric.MESSAGES, AGRONA, 1.5, small(1, MIB), SMALL_MESSAGES),
                    twoCores("ring.throughput.32", Metric.MESSAGES, AERON, 1.0, small(1, MIB), SMALL_MESSAGES),
                    twoCores("ring.throughput.32", Metric.MESSAGES, C, 0.35, small(1, MIB), SMALL_MESSAGES),
                    batches(AGRONA),
                    batches(AERON),
                    batches(C),
                    twoCores("ring.throughput.64k", Metric.BANDWIDTH, AGRONA, 1.0, large(MIB), LARGE_MESSAGES),
                    twoCores("ring.throughput.64k", Metric.BANDWIDTH, AERON, 1.5, large(MIB), LARGE_MESSAGES),
                    twoCores("ring.throughput.64k", Metric.BANDWIDTH, C, null, large(MIB), LARGE_MESSAGES),
                    twoCores(
                            "ring.manytoone.32",
                            Metric.MESSAGES,
                            AGRONA,
                            1.5,
                            new RingOneWay(32, 1, 2, MIB, MIB),
                            TWO_PRODUCERS),
                    alone("ring.idle.adaptive", Metric.CPU, NARU, 0.01, new RingIdle(Wait.ADAPTIVE, Wait.SPIN), IDLE),
                    alone("lock.uncontended", Metric.CALL, C, 1.2, new LockPairs(), LOCK_PAIR),
                    alone("sem.uncontended", Metric.CALL, C, 1.5, new SemaphorePairs(), SEMAPHORE_PAIR),
                    append("topic.append.100", CHRONICLE, 5.0, new LogAppend(100, 1), APPEND),
                    append("topic.append.100", C, null, new LogAppend(100, 1), APPEND),
                    append("topic.append.1k", CHRONICLE, 4.0, new LogAppend(KIB, 1), APPEND),
                    append("topic.append.batch.1k", CHRONICLE, null, new LogAppend(KIB, 64), APPEND_BATCH),
                    append("topic.read.100", CHRONICLE, 3.0, new LogRead(100, 1), READ),
                    append("topic.read.100", C, null, new LogRead(100, 1), READ),
                    append("topic.read.batch.100", CHRONICLE, null, new LogRead(100, 64), READ_BATCH),
                    delivery("topic.delivery.spin.100", CHRONICLE, 0.5, Wait.SPIN, 99),
                    delivery("topic.delivery.spin.100", C, null, Wait.SPIN, 99),
                    delivery("topic.delivery.spin.p50.100", CHRONICLE, null, Wait.SPIN, 50),
                    delivery("topic.delivery.spin.p50.100", C, null, Wait.SPIN, 50),
                    delivery("topic.delivery.park.100", C, 1.3, Wait.PARK, 50),
                    writers("topic.twowriters.100", 0.6, new LogWriters(100, 2, 1, false), TWO_WRITERS),
                    writers("topic.groupcommit.4k", 4.0, new LogWriters(4 * KIB, 2, 4, true), GROUP_COMMIT),
                    new Race("topic.flush.4k", Metric.LATENCY, C, 1.2, Placement.ALONE, new LogFlush(4 * KIB), FLUSH),
                    append("group.poll.100", NARU, 0.8, new LogPoll(100), GROUP_POLL),
                    produce(),
                    consume(),
                    twoCores(
                            "rpc.unary.spin.32",
                            Metric.ROUND_TRIP,
                            GRPC_TCP,
                            0.05,
                            new RpcTrips(Wait.SPIN, 32),
                            RPC_SPIN),
                    twoCores(
                            "rpc.unary.spin.32",
                            Metric.ROUND_TRIP,
                            GRPC_UNIX,
                            0.06,
                            new RpcTrips(Wait.SPIN, 32),
                            RPC_SPIN),
                    parkingCall(),
                    parkingCall().onOneCore(),
                    twoCores(
                            "rpc.throughput.32",
                            Metric.MESSAGES,
                            GRPC_TCP,
                            5.0,
                            new RpcFlight(Wait.ADAPTIVE, 32, 64),
                            RPC_FLIGHT),
                    twoCores(
                            "rpc.stream.100",
                            Metric.MESSAGES,
                            GRPC_TCP,
                            4.0,
                            new RpcStream(Wait.ADAPTIVE, 100),
                            RPC_STREAM),
                    twoCores(
                            "rpc.unary.1m",
                            Metric.BANDWIDTH,
                            GRPC_TCP,
                            3.0,
                            new RpcCalls(Wait.ADAPTIVE, MIB),
                            RPC_LARGE))
            .toList();

    private Races() {}

    private static Race throughput(String name, Carrier carrier) {
        return new Race(
                name,
                Metric.BANDWIDTH,
                C,
                BANDWIDTH_BAR,
                Placement.ONE_CORE_EACH,
                new OneWay(carrier, 64 * KIB, carrier.isSocket() ? 0 : MIB, false, 64 * KIB, 64 * KIB),
                carrier.isSocket() ? CONNECTION_64K : PIECE_64K);
    }

    private static Race roundTrip(String name, Carrier carrier) {
        return new Race(
                name,
                Metric.ROUND_TRIP,
                C,
                ROUND_TRIP_BAR,
                Placement.ONE_CORE_EACH,
                new RoundTrips(carrier, 32),
                carrier.isSocket() ? CONNECTION_TRIP : ROUND_TRIP);
    }

    private static Race queueMessages(String name, QueueKind kind) {
        return twoCores(name, Metric.MESSAGES, C, BANDWIDTH_BAR, new QueueOneWay(kind, 100), QUEUE_MESSAGES);
    }

    private static Race queueTrip(String name, QueueKind kind) {
        return twoCores(name, Metric.ROUND_TRIP, C, ROUND_TRIP_BAR, new QueueTrips(kind, 32), QUEUE_TRIP);
    }

    private static Race spinning(String peer, double bar) {
        return twoCores("ring.rtt.spin.32", Metric.ROUND_TRIP, peer, bar, trips(Wait.SPIN, Wait.SPIN), BOTH_SPIN);
    }

    private static Race parking() {
        return twoCores("ring.rtt.park.32", Metric.ROUND_TRIP, C, 1.2, trips(Wait.PARK, Wait.PARK), BOTH_PARK);
    }

    private static Race parkingCall() {
        return twoCores("rpc.unary.park.32", Metric.ROUND_TRIP, GRPC_UNIX, 0.5, new RpcTrips(Wait.PARK, 32), RPC_PARK);
    }

    private static Work trips(Wait ours, Wait peers) {
        return new RingTrips(ours, peers, 32, 64 * KIB);
    }

    private static Work small(int batch, int peerCapacityBytes) {
        return new RingOneWay(32, batch, 1, MIB, peerCapacityBytes);
    }

    /** Agrona and Aeron have no way to publish several at a time. */
    private static Race batches(String peer) {
        return twoCores("ring.throughput.batch.32", Metric.MESSAGES, peer, null, small(64, MIB), BATCHES);
    }

    private static Work large(int peerCapacityBytes) {
        return new RingOneWay(64 * KIB, 1, 1, MIB, peerCapacityBytes);
    }

    /** With a core for each side. */
    private static Race twoCores(
            String name, Metric metric, String peer, @Nullable Double bar, Work work, String operation) {
        return new Race(name, metric, peer, bar, Placement.ONE_CORE_EACH, work, operation);
    }

    private static Race alone(String name, Metric metric, String peer, double bar, Work work, String operation) {
        return new Race(name, metric, peer, bar, Placement.ALONE, work, operation);
    }

    private static Race append(String name, String peer, @Nullable Double bar, Work work, String operation) {
        return new Race(name, Metric.MESSAGES, peer, bar, Placement.ALONE, work, operation);
    }

    private static Race delivery(String name, String peer, @Nullable Double bar, Wait wait, int percentile) {
        String operation = wait == Wait.SPIN ? DELIVERY_SPIN + "percentile " + percentile : DELIVERY_PARK;
        return twoCores(name, Metric.LATENCY, peer, bar, new LogDelivery(100, wait, percentile), operation);
    }

    private static Race writers(String name, double bar, Work work, String operation) {
        return twoCores(name, Metric.MESSAGES, NARU, bar, work, operation);
    }

    private static Race produce() {
        return clients("local.produce.100", new Produce(100), LOCAL_PRODUCE);
    }

    private static Race consume() {
        return clients("local.consume.100", new Consume(100), LOCAL_CONSUME);
    }

    private static Race clients(String name, Work work, String operation) {
        return new Race(name, Metric.MESSAGES, KAFKA, 5.0, Placement.BOTH_CORES, work, operation);
    }

    /** Those whose name matches: a glob with {@code *} and {@code ?}, or else a beginning. */
    static List<Race> matching(String pattern) {
        Pattern wanted = Pattern.compile(
                pattern.contains("*") || pattern.contains("?") ? regex(pattern) : Pattern.quote(pattern) + ".*");
        return ALL.stream()
                .filter(race -> wanted.matcher(race.name()).matches())
                .toList();
    }

    private static String regex(String glob) {
        return glob.chars()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining());
    }
}
