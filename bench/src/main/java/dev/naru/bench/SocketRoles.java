package dev.naru.bench;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.ConnectionOptions;
import dev.naru.channels.Listener;
import java.io.IOException;
import java.io.PrintStream;

/**
 * The roles of a {@link Side} at a socket. Who answers or receives listens, and says with a line where; the other one connects there.
 *
 * <pre>{@code
 * socket-answer ADDRESS BYTES        socket-ask ADDRESS BYTES
 * socket-receive ADDRESS READ        socket-send ADDRESS PIECE BUFFER
 * }</pre>
 */
final class SocketRoles {
    private SocketRoles() {}

    /** The one that those arguments name, once it is connected. */
    static Side.Role of(String[] arguments, PrintStream answers) throws IOException, InterruptedException {
        Address address = Address.parse(arguments[1]);
        int bytes = Integer.parseInt(arguments[2]);
        return switch (arguments[0]) {
            case "socket-ask" -> {
                Connection connection = Connection.connect(address);
                yield new RoundTripRoles.Ask(connection, connection, bytes);
            }
            case "socket-answer" -> {
                Connection connection = accept(address, answers);
                yield new RoundTripRoles.Answer(connection, connection, bytes);
            }
            case "socket-send" -> {
                ConnectionOptions options = ConnectionOptions.usual().withSendBuffer(Integer.parseInt(arguments[3]));
                yield new OneWayRoles.Send(Connection.connect(address, options), bytes);
            }
            case "socket-receive" -> new OneWayRoles.Receive(accept(address, answers), bytes);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
    }

    private static Connection accept(Address address, PrintStream answers) throws IOException, InterruptedException {
        try (Listener listener = Listener.listen(address)) {
            answers.println(listener.address());
            answers.flush();
            return listener.accept();
        }
    }
}
