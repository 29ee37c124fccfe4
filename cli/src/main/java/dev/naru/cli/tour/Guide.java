package dev.naru.cli.tour;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.cli.CliException;
import dev.naru.cli.Context;
import dev.naru.cli.ShutdownHook;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Leads two processes through one stop and writes down what they say. */
final class Guide {
    private final Context context;
    private final ProgressLine progress;
    private final TourFile file;
    private final String sha256;
    private final Patience patience;
    private final AtomicReference<@Nullable Peer> firstToFail = new AtomicReference<>();
    private volatile boolean signalled;

    Guide(Context context, ProgressLine progress, TourFile file, String sha256, Patience patience) {
        this.context = context;
        this.progress = progress;
        this.file = file;
        this.sha256 = sha256;
        this.patience = patience;
    }

    /**
     * How long a process that says nothing may be stopped (SIGSTOP, Ctrl-Z). It is counted in looks, not by a clock: a tour
     * that was stopped itself for minutes then has looked once, and has not lost its patience.
     *
     * @param betweenLooks how long nothing is said before a look
     * @param looks how many looks in a row may find somebody stopped
     */
    record Patience(Duration betweenLooks, int looks) {
        /** Half a minute. */
        static Patience usual() {
            return new Patience(Duration.ofMillis(500), 60);
        }

        private long seconds() {
            return betweenLooks.multipliedBy(looks).toSeconds();
        }
    }

    Row visit(Stop stop, Path scratch) throws IOException, InterruptedException, CliException {
        progress.step(stop.mechanism(), "two processes start");
        try (Stop.Crossing crossing = stop.open(scratch);
                Peer sender = start(stop, TourPeer.SEND, crossing.sender());
                Peer receiver = start(stop, TourPeer.RECEIVE, crossing.receiver());
                Members members = startMembers(stop, crossing, receiver)) {
            sender.goesWith(receiver);
            receiver.goesWith(sender);
            sender.expect(TourPeer.READY);
            members.expectReady();
            String object = String.join(" ", receiver.expect(TourPeer.READY));
            sender.begin();
            receiver.begin();
            List<String> arrived = receiver.expect(TourPeer.ARRIVED);
            progress.step(stop.mechanism(), "ping-pong");
            List<String> rallies = sender.expect(TourPeer.RALLIES);
            sender.expectSuccess();
            receiver.expectSuccess();
            long bytes = Long.parseLong(arrived.get(0));
            return new Row(
                    stop,
                    bytes,
                    Double.parseDouble(arrived.get(1)),
                    Long.parseLong(rallies.get(0)),
                    Long.parseLong(rallies.get(1)),
                    bytes == file.length() && arrived.get(2).equals(sha256),
                    object.isEmpty() ? crossing.object() : object);
        }
    }

    /** Further processes, which end with the tour. */
    private record Members(List<Peer> all) implements AutoCloseable {
        void expectReady() throws IOException, InterruptedException, CliException {
            for (Peer each : all) {
                var _ = each.expect(TourPeer.READY);
            }
        }

        @Override
        public void close() throws IOException {
            for (Peer each : all) {
                each.close();
            }
        }
    }

    private Members startMembers(Stop stop, Stop.Crossing crossing, Peer receiver)
            throws IOException, InterruptedException {
        Members members = new Members(new ArrayList<>());
        try {
            for (Stop.Ends ends : crossing.members()) {
                Peer member = start(stop, TourPeer.FORWARD, ends);
                members.all.add(member);
                member.goesWith(receiver);
            }
            return members;
        } catch (IOException | InterruptedException | RuntimeException failed) {
            members.close();
            throw failed;
        }
    }

    /** Starts a process; when it cannot be started, nothing is left of the pipes to it. */
    private Peer start(Stop stop, String role, Stop.Ends ends) throws IOException, InterruptedException {
        AnonymousPipe orders = AnonymousPipe.create();
        try {
            AnonymousPipe words = AnonymousPipe.create();
            try {
                Command command = Command.of(context.jvm().command(TourPeer.arguments(role, file, ends)));
                ends.give().accept(command);
                ChildProcess process =
                        command.stdin(orders.reader()).stdout(words.writer()).start();
                return new Peer(stop.mechanism(), role, orders, words, process);
            } catch (IOException | InterruptedException | RuntimeException failed) {
                words.close();
                throw failed;
            }
        } catch (IOException | InterruptedException | RuntimeException failed) {
            orders.close();
            throw failed;
        }
    }

    /** One of the two processes, its words, and how to make it begin. */
    private final class Peer implements AutoCloseable {
        private final String mechanism;
        private final String role;
        private final AnonymousPipe orders;
        private final AnonymousPipe words;
        private final ChildProcess process;
        private final ShutdownHook hook;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(1024).limit(0);
        private @Nullable Peer other;
        private int looksStopped;
        private String lastWords = "";

        Peer(String mechanism, String role, AnonymousPipe orders, AnonymousPipe words, ChildProcess process)
                throws InterruptedException {
            this.mechanism = mechanism;
            this.role = role;
            this.orders = orders;
            this.words = words;
            this.process = process;
            // It ends with the tour by itself, but not while it is stopped.
            this.hook = ShutdownHook.register(() -> {
                signalled = true;
                end();
            });
        }

        void begin() throws IOException {
            int _ = orders.writer().write(ByteBuffer.wrap(new byte[] {'\n'}));
        }

        /** Reads lines until that one comes; answers its words. */
        List<String> expect(String word) throws IOException, InterruptedException, CliException {
            for (String line = readLine(); line != null; line = readLine()) {
                List<String> said = List.of(line.split(" ", -1));
                if (said.getFirst().equals(word)) {
                    return said.subList(1, said.size());
                }
                if (said.getFirst().equals(TourPeer.FAILED)) {
                    lastWords = line.substring(TourPeer.FAILED.length() + 1) + ", ";
                }
                if (said.getFirst().equals(TourPeer.PROGRESS)) {
                    progress.bytes(mechanism, Long.parseLong(said.get(1)), file.length());
                }
            }
            throw died();
        }

        /** Null when it says nothing more. */
        private @Nullable String readLine() throws IOException, CliException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (true) {
                while (buffer.hasRemaining()) {
                    byte octet = buffer.get();
                    if (octet == '\n') {
                        return line.toString(StandardCharsets.UTF_8);
                    }
                    line.write(octet);
                }
                int read = words.reader().read(buffer.clear(), patience.betweenLooks());
                buffer.flip();
                if (read < 0) {
                    return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
                }
                if (read == 0) {
                    lookAtBoth();
                }
            }
        }

        void expectSuccess() throws IOException, InterruptedException, CliException {
            Optional<ExitStatus> status = process.waitFor(patience.betweenLooks());
            while (status.isEmpty()) {
                lookAtBoth();
                status = process.waitFor(patience.betweenLooks());
            }
            if (!status.get().isSuccess()) {
                throw died();
            }
        }

        /** This one may be silent since the other is stopped. */
        private void lookAtBoth() throws CliException {
            look();
            if (other != null) {
                other.look();
            }
        }

        private void look() throws CliException {
            if (!isStopped()) {
                looksStopped = 0;
                return;
            }
            if (looksStopped == 0) {
                progress.clear();
                context.say("the %s (pid %d) is stopped; waiting %d s for it to go on: kill -CONT %d"
                        .formatted(title(), process.pid(), patience.seconds(), process.pid()));
            }
            looksStopped++;
            if (looksStopped > patience.looks()) {
                throw new CliException(
                        Problem.PEER_STOPPED, "%s, %s (pid %d)".formatted(mechanism, title(), process.pid()));
            }
        }

        private String title() {
            return switch (role) {
                case TourPeer.SEND -> "sender";
                case TourPeer.RECEIVE -> "receiver";
                default -> "second member";
            };
        }

        /** Field 3 of {@code /proc/PID/stat}, proc(5): T. Traced by a debugger it would be t, and go on by itself. */
        private boolean isStopped() {
            try {
                byte[] stat = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "stat"));
                String text = new String(stat, StandardCharsets.ISO_8859_1); // a name may be cut in a character
                return text.startsWith("T", text.lastIndexOf(')') + 2);
            } catch (IOException ended) {
                return false;
            }
        }

        /** When this one fails, the other would wait for it for ever, in the open of a FIFO for example. */
        void goesWith(Peer other) {
            this.other = other;
            CompletableFuture<Void> _ = process.onExit().thenAccept(status -> {
                if (!status.isSuccess() && firstToFail.compareAndSet(null, this)) {
                    other.end();
                }
            });
        }

        private void end() {
            try {
                boolean _ = process.kill(); // does nothing when all went well
            } catch (ErrnoException refused) {
                context.say(refused.summary());
            }
        }

        private CliException died() throws IOException, InterruptedException {
            end();
            ExitStatus status = process.waitFor();
            if (signalled || status.shellCode() == Problem.INTERRUPTED.exitStatus()) {
                throw new InterruptedException(); // a terminal interrupts the peers too
            }
            Peer first = firstToFail.get();
            return first == null || first.equals(this)
                    ? new CliException(
                            Problem.PEER_DIED, "%s, %s: %s%s".formatted(mechanism, role, lastWords, status.inWords()))
                    : first.died();
        }

        @Override
        public void close() throws IOException {
            end();
            hook.close();
            try (orders) {
                words.close();
            }
        }
    }
}
