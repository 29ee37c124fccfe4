package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.ConnectionOptions;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Memfd;
import dev.naru.linux.SharedFiles;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a client and a server agree on the memory that they share: {@code docs/layouts/rpc.md}, Rendezvous. The client says who it is and in which
 * version it speaks; the server answers with two rings in memory of which neither can change the size, or with why not.
 */
final class Rendezvous {
    /** The first words of both sides: a name, and the version at its end. */
    static final byte[] HELLO = "NaruRpc1".getBytes(StandardCharsets.US_ASCII);

    /** A word of the server: begin no more calls here. */
    static final byte GOING_AWAY = 'G';

    private static final int ANSWER_HEADER = HELLO.length + 2 * Integer.BYTES;
    private static final int MOST_TEXT = 4_096;
    private static final Set<Memfd.Seal> SEALS = EnumSet.of(Memfd.Seal.SHRINK, Memfd.Seal.GROW);

    private Rendezvous() {}

    /** What the two have agreed on. */
    record Agreed(Connection socket, Ring toServer, Ring toClient) {}

    /** The file of the server's socket. */
    static Path socketOf(Address.Rpc address) throws ErrnoException {
        return SharedFiles.place("rpc", address.place());
    }

    /**
     * The client's part.
     *
     * @throws StatusException when the server refuses
     */
    static Agreed connect(Address.Rpc address, Duration timeout)
            throws IOException, InterruptedException, StatusException {
        Address.UnixFile file = new Address.UnixFile(socketOf(address));
        long deadline = System.nanoTime() + timeout.toNanos();
        Connection socket = Connection.connect(file, ConnectionOptions.usual(), timeout)
                .orElseThrow(() -> new IOException("the server takes no connections"));
        List<Descriptor> memory = new ArrayList<>();
        try {
            int _ = socket.write(ByteBuffer.wrap(HELLO));
            ByteBuffer answer = receive(socket, ANSWER_HEADER, deadline, memory::add);
            requireHello(answer);
            int code = answer.getInt();
            int length = answer.getInt();
            if (code != Status.Code.OK.value()) {
                throw refusal(socket, code, length, deadline);
            }
            return agreed(socket, memory, address);
        } catch (IOException | StatusException | RuntimeException | Error failed) {
            socket.close();
            throw failed;
        } finally {
            memory.forEach(Descriptor::close);
        }
    }

    private static StatusException refusal(Connection socket, int code, int length, long deadline) throws IOException {
        if (length < 0 || length > MOST_TEXT) {
            throw new IOException("a text of " + length + " B");
        }
        ByteBuffer text = receive(socket, length, deadline, Descriptor::close);
        return Status.fromCodeValue(code)
                .withDescription(StandardCharsets.UTF_8.decode(text).toString())
                .asException();
    }

    /** The seals are looked at before the memory is: whoever could cut it could kill us. */
    private static Agreed agreed(Connection socket, List<Descriptor> memory, Address.Rpc address) throws IOException {
        if (memory.size() != 2) {
            throw new IOException("the server passed " + memory.size() + " descriptors, not 2");
        }
        for (Descriptor passed : memory) {
            if (!Memfd.seals(passed, address.toString()).containsAll(SEALS)) {
                throw new IOException("the server's memory is not sealed");
            }
        }
        Ring toServer = Ring.open(memory.get(0));
        try {
            return new Agreed(socket, toServer, Ring.open(memory.get(1)));
        } catch (IOException | RuntimeException | Error failed) {
            toServer.close();
            throw failed;
        }
    }

    /** Reads exactly so many bytes; what comes with them is for that one to keep, or to close. */
    private static ByteBuffer receive(Connection socket, int bytes, long deadline, Consumer<Descriptor> passed)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            receiveInTime(socket, buffer, deadline)
                    .orElseThrow(() -> new IOException("the far side ended the connection"))
                    .forEach(passed);
        }
        return buffer.flip();
    }

    private static Optional<List<Descriptor>> receiveInTime(Connection socket, ByteBuffer buffer, long deadline)
            throws IOException {
        // Whoever is late loses the connection, which ends the wait.
        Timers.Timer late = Timers.OF_THIS_PROCESS.after(deadline - System.nanoTime(), socket::close);
        try {
            return socket.receive(buffer);
        } finally {
            boolean _ = late.cancel(false);
        }
    }

    private static void requireHello(ByteBuffer words) throws IOException {
        byte[] found = new byte[HELLO.length];
        words.get(found);
        if (!Arrays.equals(found, HELLO)) {
            throw new IOException("the far side does not speak " + new String(HELLO, StandardCharsets.US_ASCII));
        }
    }

    /** The server's part, first half: the client's first words. */
    static void requireClient(Connection socket, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        requireHello(receive(socket, HELLO.length, deadline, Descriptor::close)); // nobody asked for any
    }

    /** The server's part, second half: memory, and the descriptors of it to the client. */
    static Agreed welcome(Connection socket, int ringBytes, String name) throws IOException {
        RingSpec spec = RingSpec.oneToOne(ringBytes);
        Ring toServer = sealed(name, spec);
        try {
            Ring toClient = sealed(name, spec);
            try {
                socket.pass(answer(Status.Code.OK, new byte[0]), toServer, toClient);
                return new Agreed(socket, toServer, toClient);
            } catch (IOException | RuntimeException | Error failed) {
                toClient.close();
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            toServer.close();
            throw failed;
        }
    }

    private static Ring sealed(String name, RingSpec spec) throws IOException {
        try (Descriptor memory = Memfd.create("naru-rpc", false)) {
            Ring ring = Ring.createIn(memory, spec);
            try {
                Memfd.seal(memory, SEALS, name);
                return ring;
            } catch (ErrnoException | RuntimeException | Error failed) {
                ring.close();
                throw failed;
            }
        }
    }

    /** Says why a client is not let in. */
    static void refuse(Connection socket, Status why) {
        String text = String.valueOf(why.getDescription());
        try {
            int _ = socket.write(answer(why.getCode(), text.getBytes(StandardCharsets.UTF_8)), Duration.ZERO);
        } catch (IOException gone) {
            // it need not be told
        }
        socket.close();
    }

    private static ByteBuffer answer(Status.Code code, byte[] text) {
        return ByteBuffer.allocate(ANSWER_HEADER + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(HELLO)
                .putInt(code.value())
                .putInt(text.length)
                .put(text)
                .flip();
    }

    /** Closes them all, whatever one of them says. */
    static void closeAll(Closeable... all) {
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException refused) {
                System.getLogger("dev.naru.rpc").log(System.Logger.Level.WARNING, "close", refused);
            }
        }
    }
}
