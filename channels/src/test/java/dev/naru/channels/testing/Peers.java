package dev.naru.channels.testing;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.testing.Peer;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.function.UnaryOperator;

/** Foreign peers that are started by {@link Command}, with ends of ours at their descriptors. */
public final class Peers {
    private Peers() {}

    /**
     * Starts one. Its standard input and output carry its commands and answers.
     *
     * @param ends gives it the ends, from number 3 on
     */
    public static Peer start(UnaryOperator<Command> ends) throws IOException {
        AnonymousPipe commands = AnonymousPipe.create();
        AnonymousPipe answers = AnonymousPipe.create();
        try {
            Command command =
                    Command.of(Peer.command()).stdin(commands.reader()).stdout(answers.writer());
            ChildProcess child = ends.apply(command).start();
            return Peer.attach(
                    child.pid(),
                    Channels.newOutputStream(commands.writer()),
                    Channels.newInputStream(answers.reader()),
                    () -> end(child));
        } catch (IOException | RuntimeException | Error failed) {
            commands.close();
            answers.close();
            throw failed;
        }
    }

    private static void end(ChildProcess child) throws IOException {
        boolean _ = child.kill();
        var _ = child.onExit().join();
    }
}
