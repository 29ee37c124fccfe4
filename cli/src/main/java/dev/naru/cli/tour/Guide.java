package dev.naru.cli.tour;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.cli.CliException;
import dev.naru.cli.Context;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Leads two processes through one stop and writes down what they say. */
final class Guide {
    private final Context context;
    private final ProgressLine progress;
    private final TourFile file;
    private final String sha256;
    private final AtomicReference<@Nullable Peer> firstToFail = new AtomicReference<>();
    private volatile boolean signalled;

    Guide(Context context, ProgressLine progress, TourFile file, String sha256) {
        this.context = context;
        this.progress = progress;
        this.file = file;
        this.sha256 = sha256;
    }

    Row visit(Stop stop, Path scratch) throws IOException, InterruptedException, CliException {
        progress.step(stop.mechanism(), "two processes start");
        try (Stop.Crossing crossing = stop.open(scratch);
                Peer sender = start(stop, TourPeer.SEND, crossing.sender());
                Peer receiver = start(stop, TourPeer.RECEIVE, crossing.receiver())) {
            sender.endsWith(receiver);
            receiver.endsWith(sender);
            sender.expect(TourPeer.READY);
            receiver.expect(TourPeer.READY);
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
                    crossing.object());
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
        private final BufferedReader lines;
        private final ChildProcess process;
        private final ShutdownHook hook;
        private String lastWords = "";

        Peer(String mechanism, String role, AnonymousPipe orders, AnonymousPipe words, ChildProcess process)
                throws InterruptedException {
            this.mechanism = mechanism;
            this.role = role;
            this.orders = orders;
            this.words = words;
            this.lines = new BufferedReader(Channels.newReader(words.reader(), StandardCharsets.UTF_8));
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
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
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

        void expectSuccess() throws IOException, InterruptedException, CliException {
            if (!process.waitFor().isSuccess()) {
                throw died();
            }
        }

        /** When this one fails, the other would wait for it for ever, in the open of a FIFO for example. */
        void endsWith(Peer other) {
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
