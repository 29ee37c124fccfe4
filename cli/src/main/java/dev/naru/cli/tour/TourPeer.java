package dev.naru.cli.tour;

import dev.naru.channels.OutputChannel;
import dev.naru.cli.Context;
import dev.naru.cli.LargePipe;
import dev.naru.linux.Cores;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * One of the two processes of a stop; not a command for people. It says lines to the tour on its standard output, and
 * begins when the tour says so on its standard input. When that closes, the tour is gone, and so is the peer.
 */
public final class TourPeer {
    /** The first argument that makes the {@code naru} command a peer. */
    public static final String NAME = "tour-peer";

    static final String SEND = "send";
    static final String RECEIVE = "receive";
    static final String FORWARD = "forward";
    static final String READY = "ready";
    static final String PROGRESS = "progress";
    static final String ARRIVED = "arrived";
    static final String RALLIES = "rallies";
    static final String FAILED = "failed";

    private static final int ARGUMENTS = 5;

    private final Context context;
    private final TourFile file;
    private final Way outWay;
    private final Way inWay;
    private final CountDownLatch start = new CountDownLatch(1);

    private TourPeer(Context context, TourFile file, Way outWay, Way inWay) {
        this.context = context;
        this.file = file;
        this.outWay = outWay;
        this.inWay = inWay;
    }

    /** The arguments of a peer. */
    static List<String> arguments(String role, TourFile file, Stop.Ends ends) {
        return List.of(NAME, role, file.path().toString(), Long.toString(file.length()), ends.out(), ends.in());
    }

    /** Plays a role; the exit status. */
    public static int run(Context context, List<String> arguments) {
        if (arguments.size() != ARGUMENTS || !List.of(SEND, RECEIVE, FORWARD).contains(arguments.getFirst())) {
            return Problem.USAGE.exitStatus(); // not a command for people
        }
        try {
            return of(context, arguments).play(arguments.getFirst());
        } catch (IllegalArgumentException notFromTheTour) {
            return Problem.USAGE.exitStatus();
        }
    }

    private static TourPeer of(Context context, List<String> arguments) {
        TourFile file = new TourFile(Path.of(arguments.get(1)), Long.parseLong(arguments.get(2)));
        Way out = Way.parse(arguments.get(3));
        boolean bothWays = arguments.get(3).equals(arguments.get(4));
        return new TourPeer(context, file, out, bothWays ? out : Way.parse(arguments.get(4)));
    }

    private int play(String role) {
        try {
            pin(role.equals(SEND));
            endWithTheTour();
            outWay.warmUp();
            switch (role) {
                case SEND -> send();
                case RECEIVE -> receive();
                default -> forward();
            }
            return 0;
        } catch (IOException | InterruptedException lost) {
            say(FAILED, lost.toString().replace('\n', ' '));
            return Problem.PEER_DIED.exitStatus();
        }
    }

    /** Each side on a core of its own, if there are two: otherwise luck decides whether a wake crosses cores. */
    private static void pin(boolean sends) throws IOException {
        Cores.Pair cores = Cores.pair();
        if (cores.areTwo()) {
            Cores.pin(sends ? cores.first() : cores.second());
        }
    }

    private void send() throws IOException, InterruptedException {
        ByteBuffer first = Sender.firstWindow(file);
        try (WritableByteChannel out = outWay.openWriter();
                ReadableByteChannel in = inWay.openReader()) {
            if (out instanceof OutputChannel pipe) {
                LargePipe.tryFor(pipe);
            }
            awaitStart();
            Sender sender = new Sender(out, in);
            sender.send(file, first);
            Receiver.readMessage(in, ByteBuffer.allocateDirect(Receiver.MESSAGE_BYTES)); // all arrived, and hashed
            long[] rallies = sender.pingPong();
            say(RALLIES, percentile(rallies, 50), percentile(rallies, 99));
        }
    }

    private void receive() throws IOException, InterruptedException {
        ByteBuffer store = Receiver.store(file.length());
        try (ReadableByteChannel in = inWay.openReader();
                WritableByteChannel out = outWay.openWriter()) {
            awaitStart();
            Receiver receiver = new Receiver(in, out, bytes -> say(PROGRESS, bytes));
            Receiver.Arrival arrival = receiver.receive(store, file.length());
            say(ARRIVED, arrival.bytes(), arrival.megabytesPerSecond(), arrival.sha256());
            Receiver.writeMessage(out, ByteBuffer.allocateDirect(Receiver.MESSAGE_BYTES), Receiver.PING);
            receiver.pingPong();
        }
    }

    /** Until the tour ends it. */
    private void forward() throws IOException, InterruptedException {
        if (inWay instanceof Way.InGroup group) {
            group.forward(() -> say(READY));
        }
    }

    /** Says that all is open, with the kernel object if the tour cannot know it, and waits for the tour's word. */
    private void awaitStart() throws InterruptedException {
        say((READY + " " + inWay.object()).strip());
        start.await();
    }

    /** From the start, since the open of a FIFO may wait for a peer that never comes. */
    private void endWithTheTour() {
        InputStream tour = System.in;
        Thread.ofPlatform().daemon().name("tour-watch").start(() -> {
            try {
                while (tour.read() >= 0) {
                    start.countDown();
                }
            } catch (IOException ended) {
                // as good as its end
            }
            Runtime.getRuntime().halt(Problem.PEER_DIED.exitStatus()); // without a word: nobody listens
        });
    }

    private void say(Object... words) {
        context.out()
                .println(String.join(
                        " ", Arrays.stream(words).map(String::valueOf).toList()));
        context.out().flush();
    }

    /** The value below which so many percent of the sorted ones lie; 0 of none. */
    private static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1L) * percent / 100)];
    }
}
