package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.Fifo;
import dev.naru.channels.Listener;
import dev.naru.channels.PipeReader;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.FileStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection, which one end of it makes and both use: what is written into it and what is read out of it are the same object. */
final class SocketWay implements Way {
    private static final String LISTEN = "listen-";
    private static final String CONNECT = "connect-";

    private final Kind kind;
    private final boolean listens;
    private final Path scratch;
    private String object = "";
    private @Nullable Connection connection;

    /** Which socket. */
    enum Kind {
        UNIX,
        TCP;

        /** As rows name it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Where it is asked to be. */
        Address address(Path scratch) {
            return this == UNIX ? new Address.UnixFile(scratch.resolve("socket")) : new Address.Tcp("127.0.0.1", 0);
        }
    }

    private SocketWay(Kind kind, boolean listens, Path scratch) {
        this.kind = kind;
        this.listens = listens;
        this.scratch = scratch;
    }

    /** The end that listens, and has its file, if it has one, in that directory. */
    static SocketWay listen(Kind kind, Path scratch) {
        return new SocketWay(kind, true, scratch);
    }

    /** The end that connects to it. */
    static SocketWay connect(Kind kind, Path scratch) {
        return new SocketWay(kind, false, scratch);
    }

    /** The FIFO through which one end tells the other where it listens. */
    static Path where(Path scratch) {
        return scratch.resolve("where");
    }

    /** Reads what {@link #toString} wrote; empty when that is something else. */
    static Optional<SocketWay> parse(String text) {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Arrays.stream(new Boolean[] {true, false})
                        .filter(listens -> text.startsWith(prefix(kind, listens)))
                        .map(listens -> new SocketWay(
                                kind,
                                listens,
                                Path.of(text.substring(prefix(kind, listens).length())))))
                .findFirst();
    }

    private static String prefix(Kind kind, boolean listens) {
        return (listens ? LISTEN : CONNECT) + kind.word() + ":";
    }

    @Override
    public Connection openWriter() throws IOException, InterruptedException {
        return connection();
    }

    @Override
    public Connection openReader() throws IOException, InterruptedException {
        return connection();
    }

    private Connection connection() throws IOException, InterruptedException {
        Connection made = connection;
        if (made == null) {
            made = listens ? accept() : connect();
            connection = made;
        }
        return made;
    }

    private Connection accept() throws IOException, InterruptedException {
        try (Listener listener = Listener.listen(kind.address(scratch))) {
            object = describe(listener.address());
            try (PipeWriter out = Fifo.open(where(scratch)).openWriter()) {
                int _ = out.write(
                        StandardCharsets.UTF_8.encode(listener.address().toString()));
            }
            return listener.accept();
        }
    }

    private static String describe(Address address) throws IOException {
        return address instanceof Address.UnixFile file
                ? "%s inode %d"
                        .formatted(address, FileStatus.ofLink(file.path()).inode())
                : address.toString();
    }

    private Connection connect() throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PipeReader in = Fifo.open(where(scratch)).openReader()) {
            ByteBuffer piece = ByteBuffer.allocate(1024);
            while (in.read(piece.clear()) >= 0) {
                said.write(piece.array(), 0, piece.position());
            }
        }
        return Connection.connect(Address.parse(said.toString(StandardCharsets.UTF_8)));
    }

    @Override
    public String object() {
        return object;
    }

    /** Through a Unix socket in any case, where all that is written is there at once. Our code is the same. */
    @Override
    public void warmUp() throws IOException, InterruptedException {
        Path file = scratch.resolve("warm-up-" + ProcessHandle.current().pid());
        try (Listener listener = Listener.listen(new Address.UnixFile(file));
                Connection out = Connection.connect(listener.address());
                Connection in = listener.accept()) {
            WarmUp.run(out, in);
        }
    }

    @Override
    public String toString() {
        return prefix(kind, listens) + scratch;
    }
}
