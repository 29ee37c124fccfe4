package dev.naru.channels.snippets;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;

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
}
