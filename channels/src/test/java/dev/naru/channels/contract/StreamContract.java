package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Payload;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** {@link Channels} makes streams, readers and writers of them. */
interface StreamContract extends Contract {
    @Test
    default void anInputStreamReadsToTheEnd() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().send("write 200000 1").send("close write");

        // when
        byte[] all;
        try (InputStream stream = Channels.newInputStream(in.channel())) {
            all = stream.readAllBytes();
        }

        // then
        assertThat(all).isEqualTo(Payload.bytes(1, 200_000));
        assertThat(in.channel().isOpen()).isFalse();
    }

    @Test
    default void anOutputStreamWritesAll() throws Exception {
        // given
        var out = fixture().outbound();
        out.peer().send("read-to-end");

        // when
        try (OutputStream stream = Channels.newOutputStream(out.channel())) {
            stream.write(Payload.bytes(2, 200_000));
        }

        // then
        assertThat(out.peer().answer()).isEqualTo("end 200000 " + Payload.sha256(2, 200_000));
    }

    @Test
    default void aWriterAndAReaderCarryLines() throws Exception {
        // given
        var loop = fixture().loopback();
        var writer = Channels.newWriter(loop.writer(), StandardCharsets.UTF_8);
        var reader = Channels.newReader(loop.reader(), StandardCharsets.UTF_8);

        // when
        writer.write("나루");
        writer.close();

        // then
        char[] room = new char[10];
        assertThat(new String(room, 0, reader.read(room))).isEqualTo("나루");
    }
}
