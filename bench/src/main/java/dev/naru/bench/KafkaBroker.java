package dev.naru.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A node of Apache Kafka, broker and controller, on 127.0.0.1: what {@code kafka-storage format} and {@code kafka-server-start} make,
 * in the JVM of a {@link Side}, which is its own. It says with a line where it listens, when it is ready.
 *
 * <pre>{@code
 * kafka-broker FOLDER
 * }</pre>
 */
final class KafkaBroker implements Side.Role {
    private static final int NODE = 1;

    /** What is deleted goes soon: each round has a topic of its own. */
    private static final int DELETE_AFTER_MILLIS = 500;

    private KafkaBroker() {}

    /** Starts it; what it keeps lies in that folder. */
    static KafkaBroker start(Path folder, PrintStream answers) throws IOException {
        try (SocketChannel forClients = reserved();
                SocketChannel forController = reserved()) {
            String clients = address(forClients);
            Properties properties = properties(folder, clients, address(forController));
            format(properties, folder.resolve("broker.properties"));
            new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM).startup();
            answers.println(clients);
            answers.flush();
        }
        return new KafkaBroker();
    }

    /**
     * A port that the kernel chose and gives to nobody else while this is open, but to who binds it by its number: neither of the two
     * listens, and both allow the other (SO_REUSEADDR). So the broker has it at once, and no other program comes in between.
     */
    private static SocketChannel reserved() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            return channel.setOption(StandardSocketOptions.SO_REUSEADDR, true)
                    .bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    private static String address(SocketChannel channel) throws IOException {
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    /** Kafka's defaults, but for what one node alone needs. */
    private static Properties properties(Path folder, String clients, String controller) {
        Properties properties = new Properties();
        set(properties, "process.roles", "broker,controller");
        set(properties, "node.id", NODE);
        set(properties, "controller.quorum.voters", NODE + "@" + controller);
        set(properties, "controller.listener.names", "CONTROLLER");
        set(properties, "listeners", "PLAINTEXT://" + clients + ",CONTROLLER://" + controller);
        set(properties, "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        set(properties, "log.dirs", folder.resolve("logs"));
        set(properties, "offsets.topic.replication.factor", 1);
        set(properties, "log.segment.delete.delay.ms", DELETE_AFTER_MILLIS);
        return properties;
    }

    private static void set(Properties properties, String name, Object value) {
        var _ = properties.setProperty(name, value.toString());
    }

    private static void format(Properties properties, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        String[] command = {
            "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString(),
        };
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = StorageTool.execute(command, new PrintStream(said, true, StandardCharsets.UTF_8));
        if (status != 0) {
            throw new IOException(
                    "kafka-storage format: status " + status + ": " + said.toString(StandardCharsets.UTF_8));
        }
    }

    /** It works for its clients all the time, and has no part of its own. */
    @Override
    public long run(long warmup, long count) {
        return 0;
    }
}
