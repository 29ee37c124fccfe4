package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What all parts of the contract need. */
@ExtendWith(NoLeaks.class)
interface Contract {
    /** How a peer's write is refused. */
    List<String> AT_ONCE = List.of("error EPIPE 0");

    /** The same when it is told only after a write. */
    List<String> IN_THE_END = List.of("error EPIPE 0", "error ECONNRESET 0");

    /** The channel under test: a new one for each test. */
    ByteChannelFixture fixture();

    /** The peer's writes are refused, as we read no more. */
    default void assertRefused(Peer peer) throws IOException {
        String answer = peer.ask("write 1 1");
        while (!fixture().refusesAtOnce() && answer.equals("wrote 1")) {
            answer = peer.ask("write 1 1");
        }
        assertThat(answer).isIn(fixture().refusesAtOnce() ? AT_ONCE : IN_THE_END);
    }

    /** Leaves nothing behind. */
    @AfterEach
    default void closeAll() throws Exception {
        fixture().close();
    }
}
