package dev.naru.channels.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.DatagramPort;
import dev.naru.channels.Endpoints;
import dev.naru.channels.FrameReceiver;
import dev.naru.channels.FrameSender;
import dev.naru.channels.InputChannel;
import dev.naru.channels.Listener;
import dev.naru.channels.MessageConnection;
import dev.naru.channels.MessageListener;
import dev.naru.channels.OutputChannel;
import dev.naru.channels.PipeReader;
import dev.naru.channels.Received;
import dev.naru.channels.ServerOptions;
import dev.naru.channels.SocketServer;
import dev.naru.linux.Descriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What the pages show of sockets. */
final class SocketSnippets {
    private SocketSnippets() {}

    static void client(String place, ByteBuffer question, ByteBuffer answer) throws IOException, InterruptedException {
        // @start region="client"
        try (Connection server = Connection.connect(Address.parse(place))) { // unix:run/app.sock or tcp:127.0.0.1:7000
            server.write(question);
            server.shutdownOutput(); // no more comes; the server reads to the end
            while (server.read(answer) >= 0) {}
        }
        // @end
    }

    static void server(String place, ByteBuffer bytes) throws IOException, InterruptedException {
        // @start region="server"
        try (Listener listener = Listener.listen(Address.parse(place));
                Connection client = listener.accept()) {
            while (client.read(bytes.clear()) >= 0) {
                client.write(bytes.flip()); // what comes goes back
            }
        }
        // @end
    }

    static void messages(String place) throws IOException, InterruptedException {
        // @start region="messages"
        try (MessageListener listener =
                        MessageListener.listen(Address.parse(place)); // unix:run/app.sock?type=seqpacket
                MessageConnection client = MessageConnection.connect(listener.address());
                MessageConnection server = listener.accept()) {
            client.send("whole".getBytes(UTF_8));
            byte[] message = server.receive(); // as it was sent, never a part and never two
            server.send(message);
        }
        // @end
    }

    static byte[] datagrams(String place) throws IOException, InterruptedException {
        // @start region="datagrams"
        try (DatagramPort port = DatagramPort.bind(Address.parse(place)); // unix:run/log.sock?type=dgram
                MessageConnection client = MessageConnection.connect(port.address())) {
            client.send("from anybody".getBytes(UTF_8));
            try (Received received = port.receiveMessage()) {
                return received.bytes(); // received.sender() has pid, uid and gid
            }
        }
        // @end
    }

    static byte[] frames(InputChannel in, OutputChannel out) throws IOException, InterruptedException {
        // @start region="frames"
        int most = 1 << 20; // a longer one is refused, on both sides
        try (FrameSender sender = FrameSender.over(out, most);
                FrameReceiver receiver = FrameReceiver.over(in, most)) {
            sender.send("over any stream".getBytes(UTF_8));
            return receiver.receive();
        }
        // @end
    }

    static String handlers(SocketServer.Handler echo) throws IOException, InterruptedException {
        // @start region="handlers"
        ServerOptions options = ServerOptions.usual().withMostConnections(2_000);
        try (SocketServer server = SocketServer.start(Address.parse("tcp:127.0.0.1:0"), options, echo)) {
            return server.address().toString(); // the port that the kernel chose
        } // waits for those that are being served
        // @end
    }

    static void echo(Connection connection) throws IOException {
        // @start region="echo"
        ByteBuffer bytes = ByteBuffer.allocateDirect(8 * 1024);
        while (connection.read(bytes.clear()) >= 0) {
            connection.write(bytes.flip());
        }
        // @end
    }

    static void pass(Connection server, PipeReader pipe) throws IOException {
        // @start region="pass"
        server.pass(ByteBuffer.wrap("a pipe".getBytes(UTF_8)), pipe);
        // @end
    }

    static InputChannel passed(Connection client, ByteBuffer bytes) throws IOException {
        // @start region="passed"
        List<Descriptor> descriptors = client.receive(bytes).orElseThrow(); // empty at the end
        return Endpoints.reader(descriptors.getFirst());
        // @end
    }
}
