package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.QueueKind;
import dev.naru.bench.Work.QueueOneWay;
import dev.naru.bench.Work.QueueTrips;
import dev.naru.bench.Work.Queues;
import dev.naru.linux.SystemVQueues;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.PosixQueueSpec;
import dev.naru.queues.SystemVQueue;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ours, through message queues of the kernel: two JVMs that stay warm over the rounds. The queues go with it. */
final class QueueContestant implements Contestant {
    /** As the kernel makes a queue when nobody says how large: fs.mqueue.msg_default. */
    private static final int MOST_MESSAGES = 10;

    private final Made there;
    private final Made back;
    private final SideProcess first;
    private final SideProcess second;

    private QueueContestant(Made there, Made back, SideProcess first, SideProcess second) {
        this.there = there;
        this.back = back;
        this.first = first;
        this.second = second;
    }

    /** A queue of this race. */
    private record Made(String address, Closeable end) implements Closeable {
        static Made of(QueueKind kind, int bytes, String name) throws IOException {
            return switch (kind) {
                case SYSTEM_V -> {
                    int id = SystemVQueue.createPrivate(0600).id();
                    yield new Made("sysv:" + id, () -> {
                        boolean _ = SystemVQueues.remove(id, "sysv:" + id);
                    });
                }
                case POSIX -> {
                    String named = "/naru-bench-" + ProcessHandle.current().pid() + "-" + name;
                    PosixQueue.create(named, PosixQueueSpec.of(MOST_MESSAGES, bytes))
                            .close();
                    yield new Made("mq:" + named, () -> PosixQueue.remove(named));
                }
            };
        }

        @Override
        public void close() throws IOException {
            end.close();
        }
    }

    /** Makes the queues, and starts both. */
    static QueueContestant open(Equipment equipment, Queues work, Placement placement)
            throws IOException, UnavailableException {
        Made there = Made.of(work.kind(), work.bytes(), "there");
        try {
            Made back = Made.of(work.kind(), work.bytes(), "back");
            try {
                return start(equipment, work, placement, there, back);
            } catch (IOException | UnavailableException | RuntimeException refused) {
                back.close();
                throw refused;
            }
        } catch (IOException | UnavailableException | RuntimeException refused) {
            there.close();
            throw refused;
        }
    }

    private static QueueContestant start(Equipment equipment, Queues work, Placement placement, Made there, Made back)
            throws IOException, UnavailableException {
        String bytes = Integer.toString(work.bytes());
        List<String> firstRole = role(work, "queue-ask", "queue-send", there, back, bytes);
        List<String> secondRole = role(work, "queue-answer", "queue-receive", there, back, bytes);
        SideProcess first = start(equipment, equipment.cores().first(), firstRole);
        try {
            return new QueueContestant(
                    there, back, first, start(equipment, placement.second(equipment.cores()), secondRole));
        } catch (IOException | UnavailableException refused) {
            first.close();
            throw refused;
        }
    }

    private static SideProcess start(Equipment equipment, int core, List<String> role)
            throws IOException, UnavailableException {
        return SideProcess.start(equipment, core, List.of(), role, UnaryOperator.identity());
    }

    private static List<String> role(Queues work, String trips, String oneWay, Made there, Made back, String bytes) {
        return switch (work) {
            case QueueTrips _ -> List.of(trips, there.address, back.address, bytes);
            case QueueOneWay _ -> List.of(oneWay, there.address, back.address, bytes);
        };
    }

    @Override
    public long round(Amount amount) throws IOException {
        second.begin(amount);
        first.begin(amount);
        return Math.max(first.finish(), second.finish()); // one of them measures, the other says 0
    }

    @Override
    public void warmUp(Amount amount) throws IOException {
        long _ = round(amount);
    }

    @Override
    public void close() throws IOException {
        try (there;
                back;
                first) {
            second.close();
        }
    }
}
